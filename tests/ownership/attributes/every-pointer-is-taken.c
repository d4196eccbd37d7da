#include <stdio.h>
#include <stdlib.h>

static void dispose(long *first, int quiet, char *second) {
    if (!quiet) printf("%ld %d\n", *first, *second);
    free(first);
    free(second);
}

int main(int argc, char **argv) {
    (void)argv;
    long *first = malloc(sizeof *first);
    char *second = malloc(1);
    if (first == NULL || second == NULL) abort();
    *first = 2;
    *second = 'b';
    dispose(first, argc > 1, second);
    return 0;
}
