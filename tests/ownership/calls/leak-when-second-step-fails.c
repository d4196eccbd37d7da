#include <stdio.h>
#include <stdlib.h>

static int fill(long *p, long n) {
    if (n > 1) return -1;
    *p = n;
    return 0;
}

int main(int argc, char **argv) {
    (void)argv;
    long *p = malloc(sizeof *p);
    if (p == NULL) return 1;
    if (fill(p, argc) != 0) return 1;
    printf("%ld\n", *p);
    free(p);
    return 0;
}
