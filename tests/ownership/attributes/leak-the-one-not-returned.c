#include <stdio.h>
#include <stdlib.h>

static long *keep_larger(long *a, long *b) {
    if (*a > *b) {
        free(b);
        return a;
    }
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
    long *best = keep_larger(number(argc), number(8));
    printf("%ld\n", *best);
    free(best);
    return 0;
}
