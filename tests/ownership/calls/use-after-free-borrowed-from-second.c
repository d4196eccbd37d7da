#include <stdio.h>
#include <stdlib.h>

static long *larger(long *a, long *b) {
    if (*a > *b) return a;
    return b;
}

int main(int argc, char **argv) {
    (void)argv;
    long *a = malloc(8), *b = malloc(8);
    if (a == NULL || b == NULL) abort();
    *a = argc;
    *b = 2;
    long *best = larger(a, b);
    free(a);
    free(b);
    printf("%ld\n", *best);
    return 0;
}
