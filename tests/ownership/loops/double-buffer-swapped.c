#include <stdio.h>
#include <stdlib.h>

static long life(long cells, long steps) {
    long *now = calloc(cells, sizeof *now);
    long *next = calloc(cells, sizeof *next);
    long alive = 0;
    if (now == NULL || next == NULL) goto out;
    for (long i = 0; i < cells; i++) now[i] = i % 2;
    for (long s = 0; s < steps; s++) {
        for (long i = 1; i < cells; i++) next[i] = now[i] ^ now[i - 1];
        long *spare = now;
        now = next;
        next = spare;
    }
    for (long i = 0; i < cells; i++) alive += now[i];
out:
    free(now);
    free(next);
    return alive;
}

int main(void) {
    printf("%ld%ld\n", life(8, 0), life(8, 3));
    return 0;
}
