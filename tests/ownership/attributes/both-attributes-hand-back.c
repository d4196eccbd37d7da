#include <stdio.h>
#include <stdlib.h>

static long *sorted(long *pair) {
    if (pair[0] > pair[1]) {
        long low = pair[1];
        pair[1] = pair[0];
        pair[0] = low;
    }
    return pair;
}

int main(int argc, char **argv) {
    (void)argv;
    long *pair = malloc(2 * sizeof *pair);
    if (pair == NULL) return 1;
    pair[0] = 5;
    pair[1] = argc;
    pair = sorted(pair);
    pair = sorted(sorted(pair));
    printf("%ld %ld\n", pair[0], pair[1]);
    free(pair);
    return 0;
}
