#include <stdio.h>
#include <stdlib.h>

static long *cached;

static void remember(long *p) {
    free(cached);
    cached = p;
}

int main(int argc, char **argv) {
    (void)argv;
    for (long i = 0; i < 3; ++i) {
        long *p = malloc(sizeof *p);
        if (p == NULL) return 1;
        *p = i + argc;
        remember(p);
    }
    printf("%ld\n", *cached);
    remember(NULL);
    return 0;
}
