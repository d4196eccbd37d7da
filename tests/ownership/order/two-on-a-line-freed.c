#include <stdio.h>
#include <stdlib.h>

static int add(int *a, int *b) {
    *a = 1;
    *b = 2;
    return *a + *b;
}

int main(void) {
    int *a = malloc(8); int *b = malloc(8);
    if (a == NULL || b == NULL) exit(1);
    printf("%d\n", add(a, b)); free(b); free(a);
    return 0;
}
