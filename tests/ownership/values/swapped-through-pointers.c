#include <stdio.h>
#include <stdlib.h>

static void swap(int **a, int **b) {
    int *t = *a;
    *a = *b;
    *b = t;
}

int main(void) {
    int *x = malloc(sizeof(int));
    int *y = malloc(sizeof(int));
    if (x == NULL || y == NULL) exit(1);
    *x = 1;
    *y = 2;
    swap(&x, &y);
    printf("%d%d\n", *x, *y);
    free(x);
    *y = 3;
    free(y);
    return 0;
}
