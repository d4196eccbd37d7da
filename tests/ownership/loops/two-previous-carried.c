#include <stdio.h>
#include <stdlib.h>

static long *cell(long value) {
    long *p = malloc(sizeof *p);
    if (p == NULL) abort();
    *p = value;
    return p;
}

static long fibonacci(long n) {
    long *older = cell(0);
    long *newer = cell(1);
    for (long i = 1; i < n; i++) {
        long *next = cell(*older + *newer);
        free(older);
        older = newer;
        newer = next;
    }
    long result = *newer;
    free(older);
    free(newer);
    return result;
}

int main(void) {
    printf("%ld %ld\n", fibonacci(1), fibonacci(10));
    return 0;
}
