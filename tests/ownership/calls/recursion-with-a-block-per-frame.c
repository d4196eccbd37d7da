#include <stdio.h>
#include <stdlib.h>

static long weight(long depth, long *above) {
    if (depth == 0) return *above;
    long *mine = malloc(sizeof *mine);
    if (mine == NULL) abort();
    *mine = *above + depth;
    long sum = weight(depth - 1, mine);
    free(mine);
    return sum;
}

int main(int argc, char **argv) {
    (void)argv;
    long *start = malloc(sizeof *start);
    if (start == NULL) return 1;
    *start = argc;
    printf("%ld\n", weight(4, start));
    free(start);
    return 0;
}
