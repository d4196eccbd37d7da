#include <stdio.h>
#include <stdlib.h>

static int check(long *p, long limit) {
    if (*p > limit) {
        puts("too large");
        free(p);
        return 0;
    }
    return 1;
}

int main(int argc, char **argv) {
    (void)argv;
    long *p = malloc(sizeof *p);
    if (p == NULL) return 1;
    *p = argc;
    if (check(p, 1)) free(p);
    return 0;
}
