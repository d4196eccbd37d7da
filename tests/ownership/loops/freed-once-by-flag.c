#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static long play(long frames) {
    long *preview = malloc(4 * sizeof *preview);
    if (preview == NULL) return -1;
    preview[0] = 5;
    bool dropped = false;
    long shown = 0;
    for (long i = 0; i < frames; i++) {
        if (!dropped && i > 2) {
            free(preview);
            dropped = true;
        }
        if (!dropped) shown += preview[0];
    }
    if (!dropped) free(preview);
    return shown;
}

int main(void) {
    printf("%ld %ld\n", play(1), play(10));
    return 0;
}
