#include <stdio.h>
#include <stdlib.h>

static long *try_make(long n) {
    if (n < 2) return NULL;
    long *p = malloc(n * sizeof *p);
    if (p == NULL) return NULL;
    p[0] = n;
    return p;
}

static void finish(long *p) {
    if (p == NULL) {
        puts("nothing");
        return;
    }
    printf("%ld\n", p[0]);
    free(p);
}

int main(int argc, char **argv) {
    (void)argv;
    finish(try_make(argc));
    finish(try_make(argc + 4));
    finish(NULL);
    long *p = try_make(argc);
    free(p);
    return 0;
}
