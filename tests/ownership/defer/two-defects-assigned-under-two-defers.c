#include <stdio.h>
#include <stdlib.h>

static long smooth(long n) {
    long *now = malloc(n * sizeof *now);
    if (now == NULL) return -1;
    long *next = malloc(n * sizeof *next);
    if (next == NULL) { free(now); return -1; }
    now[0] = n;
    next[0] = now[0] / 2;
    if (next[0] > 2) now = next;
    long result = now[0];
    free(next);
    free(now);
    return result;
}

int main(void) {
    printf("%ld\n", smooth(2));
    return (int)smooth(9);
}
