#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int *x = malloc(sizeof(int));
    int *y = malloc(sizeof(int));
    int *second = y;
    if (x == NULL || y == NULL) exit(1);
    *x = 1;
    *y = 2;
    if (*second > *x) {
        int *t = x;
        x = y;
        y = t;
        free(x);
        printf("%d\n", *y + *second);
        free(y);
        return 0;
    }
    free(x);
    free(y);
    return 1;
}
