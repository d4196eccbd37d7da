#include <stdio.h>
#include <stdlib.h>

static long spread(long count) {
    if (count < 0) return -1;
    long *cells = NULL;
    if (count != 0) {
        cells = malloc(count * sizeof *cells);
        if (cells == NULL) return -2;
        cells[0] = count;
    }
    long sum = count + 1;
    if (count > 0) {
        sum += cells[0];
        free(cells);
    }
    return sum;
}

int main(void) {
    printf("%ld %ld %ld\n", spread(-3), spread(0), spread(4));
    return 0;
}
