#include <stdio.h>
#include <stdlib.h>

static long *keep_larger(long *a, long *b) {
    if (*a > *b) {
        free(b);
        return a;
    }
    free(a);
    return b;
}

static long *number(long n) {
    long *p = malloc(sizeof *p);
    if (p == NULL) abort();
    *p = n;
    return p;
}

int main(int argc, char **argv) {
    (void)argv;
    long *best = number(0);
    for (long i = 1; i < 5; ++i) best = keep_larger(best, number(i * i % 5 + argc));
    printf("%ld\n", *best);
    free(best);
    return 0;
}
