#include <stdio.h>
#include <stdlib.h>

static long *make(long n) {
    long *p = malloc(n * sizeof *p);
    if (p == NULL) abort();
    p[0] = n;
    return p;
}

static long *doubled(long *old) {
    long n = old[0] * 2;
    free(old);
    return make(n);
}

static long finish(long *p) {
    long n = p[0];
    free(p);
    return n;
}

int main(void) {
    printf("%ld\n", finish(doubled(doubled(make(2)))));
    long *p = make(3);
    p = doubled(p);
    printf("%ld\n", finish(p));
    return 0;
}
