#include <stdio.h>
#include <stdlib.h>

static long refill(long rounds) {
    long *cache = NULL;
    long total = 0;
    free(cache);
    cache = malloc(2 * sizeof *cache);
    if (cache == NULL) return -1;
    cache[0] = rounds;
    total += cache[0];
    free(cache);
    cache = malloc(4 * sizeof *cache);
    if (cache == NULL) return -1;
    cache[3] = rounds * 2;
    total += cache[3];
    free(cache);
    return total;
}

int main(void) {
    printf("%ld\n", refill(5));
    return 0;
}
