#include <stdio.h>
#include <stdlib.h>

static long transpose_cost(long width, long height) {
    long *scratch = NULL;
    if (width < height) {
        scratch = malloc(height * sizeof *scratch);
        if (scratch == NULL) return -1;
        scratch[0] = width;
    }
    long cost = width * height;
    if (height > width) {
        cost += scratch[0];
        free(scratch);
    }
    return cost;
}

int main(void) {
    printf("%ld %ld %ld\n", transpose_cost(2, 5), transpose_cost(5, 2), transpose_cost(3, 3));
    return 0;
}
