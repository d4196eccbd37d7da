#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static long render(bool cached, long frames) {
    long *cache = NULL;
    if (cached) {
        cache = malloc(frames * sizeof *cache);
        if (cache == NULL) return -1;
        cache[0] = 1;
    }
    long drawn = 0;
    for (long i = 0; i < frames; i++) {
        if (i > 2) cached = false;
        drawn++;
    }
    if (cached) {
        drawn += cache[0];
        free(cache);
    }
    return drawn;
}

int main(void) {
    printf("%ld %ld %ld\n", render(true, 2), render(false, 9), render(true, 9));
    return 0;
}
