#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    (void)argv;
    long *a = calloc(4, sizeof *a);
    if (a == NULL) return 1;
    long *b = malloc(4 * sizeof *b);
    if (b == NULL) return 1;
    b[0] = argc;
    printf("%ld\n", a[0] + b[0]);
    free(b);
    free(a);
    return 0;
}
