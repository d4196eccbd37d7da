#include <stdio.h>
#include <stdlib.h>

static long smooth(long n, long rounds) {
    long result = -1;
    long *next = NULL;
    long *now = malloc(n * sizeof *now);
    if (now == NULL) goto out;
    next = malloc(n * sizeof *next);
    if (next == NULL) goto out;
    for (long i = 0; i < n; i++) { now[i] = i * i; next[i] = 0; }
    for (long r = 0; r < rounds; r++) {
        for (long i = 1; i < n; i++) next[i] = (now[i] + now[i - 1]) / 2;
        long *spare = now;
        now = next;
        next = spare;
        if (now[n - 1] == 0) { result = r; goto out; }
    }
    result = now[n - 1];
out:
    free(next);
    free(now);
    return result;
}

int main(void) {
    printf("%ld%ld\n", smooth(4, 0), smooth(4, 3));
    return 0;
}
