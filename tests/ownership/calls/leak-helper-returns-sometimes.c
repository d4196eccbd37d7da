#include <stdio.h>
#include <stdlib.h>

static void warn(int code) {
    printf("problem %d\n", code);
    if (code > 9) exit(code);
}

int main(int argc, char **argv) {
    (void)argv;
    long *p = malloc(sizeof *p);
    if (p == NULL) return 1;
    *p = argc;
    if (*p < 2) {
        warn(argc);
        return 2;
    }
    free(p);
    return 0;
}
