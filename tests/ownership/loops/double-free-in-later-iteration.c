#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static long play(long frames) {
    long *preview = malloc(4 * sizeof *preview);
    if (preview == NULL) return -1;
    preview[0] = 5;
    long shown = 0;
    bool dropped = false;
    for (long i = 0; i < frames; i++) {
        if (i > 2) {
            free(preview);
            dropped = true;
        }
        if (!dropped) shown += preview[0];
    }
    if (!dropped) free(preview);
    return shown;
}

int main(void) {
    printf("%ld\n", play(4));
    return (int)play(5);
}
