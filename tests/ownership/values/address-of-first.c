#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int *a = malloc(4 * sizeof(int));
    int *b = malloc(4 * sizeof(int));
    int first = 0;
    if (a == NULL || b == NULL) exit(1);
    a[first] = 1;
    b[first] = 2;
    printf("%d\n", a[0] + b[0]);
    free(&a[0]);
    free(&b[first]);
    return 0;
}
