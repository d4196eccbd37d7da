#include <stdio.h>
#include <stdlib.h>

static void drop(long *p) {
    free(p);
}

static long submit(long *p) {
    long n = *p;
    drop(p);
    return n;
}

int main(void) {
    long *p = malloc(sizeof *p);
    if (p == NULL) return 1;
    *p = 6;
    long n = submit(p);
    printf("%ld\n", n + *p);
    return 0;
}
