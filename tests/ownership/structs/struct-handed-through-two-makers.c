#include <stdio.h>
#include <stdlib.h>

struct grid { long *cells; long wide, high; };

static struct grid empty_grid(long wide, long high) {
    long *cells = malloc(wide * high * sizeof *cells);
    if (cells == NULL) abort();
    return (struct grid){cells, wide, high};
}

static struct grid square_grid(long side) {
    struct grid g = empty_grid(side, side);
    for (long i = 0; i < side * side; ++i) g.cells[i] = i;
    return g;
}

int main(void) {
    struct grid g = square_grid(3);
    printf("%ld %ld\n", g.cells[8], g.wide);
    free(g.cells);
    return 0;
}
