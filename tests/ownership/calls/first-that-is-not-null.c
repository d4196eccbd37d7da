#include <stdio.h>
#include <stdlib.h>

static long *first_of(long *a, long *b) {
    if (a != NULL) return a;
    if (b != NULL) return b;
    return NULL;
}

int main(int argc, char **argv) {
    (void)argv;
    long *a = NULL;
    long *b = malloc(8);
    if (b == NULL) return 1;
    *b = 2;
    if (argc > 1) {
        a = malloc(8);
        if (a != NULL) *a = 1;
    }
    long *chosen = first_of(a, b);
    if (chosen != NULL) printf("%ld\n", *chosen);
    free(a);
    free(b);
    return 0;
}
