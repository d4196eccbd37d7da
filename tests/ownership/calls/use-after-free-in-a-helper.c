#include <stdio.h>
#include <stdlib.h>

static void show(long *p) {
    printf("%ld\n", *p);
}

int main(int argc, char **argv) {
    (void)argv;
    long *p = malloc(sizeof *p);
    if (p == NULL) return 1;
    *p = argc;
    show(p);
    if (argc > 0) free(p);
    show(p);
    if (argc <= 0) free(p);
    return 0;
}
