#include <stdlib.h>

static int *try_alloc(int size) {
    if (size > 64) return NULL;
    return malloc(size);
}

static int sum(int rows, int columns) {
    int *a = try_alloc(rows * sizeof(int)), *b, total;
    if (a == NULL) return -1;
    b = try_alloc(columns * sizeof(int));
    if (b == NULL) {
        free(a);
        return -2;
    }
    a[0] = rows;
    b[0] = columns;
    total = a[0] + b[0];
    free(b);
    free(a);
    return total;
}

int main(void) { return sum(100, 1) + sum(1, 100) + sum(1, 2); }
