#include <stdio.h>
#include <stdlib.h>

static void dispose(long *first, char *second) {
    printf("%ld %d\n", *first, *second);
    free(first);
}

int main(void) {
    long *first = malloc(sizeof *first);
    char *second = malloc(1);
    if (first == NULL || second == NULL) abort();
    *first = 2;
    *second = 'b';
    dispose(first, second);
    return 0;
}
