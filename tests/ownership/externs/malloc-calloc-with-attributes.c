#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    (void)argv;
    long *a = malloc(4 * sizeof *a);
    if (a == NULL) return 1;
    long *b = calloc(4, sizeof *b);
    if (b == NULL) {
        free(a);
        return 1;
    }
    a[0] = argc;
    printf("%ld\n", a[0] + b[3]);
    free(b);
    free(a);
    return 0;
}
