#include <stdio.h>
#include <stdlib.h>

static void fail(int code) {
    puts("fatal");
    exit(code);
}

int main(int argc, char **argv) {
    (void)argv;
    long *p = malloc(sizeof *p);
    if (p == NULL) return 1;
    *p = argc;
    if (*p < 2) fail(3);
    printf("%ld\n", *p);
    free(p);
    return 0;
}
