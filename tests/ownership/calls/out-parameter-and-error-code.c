#include <stdio.h>
#include <stdlib.h>

static int open_buffer(long n, long **out) {
    if (n <= 0) {
        *out = NULL;
        return -1;
    }
    long *p = malloc(n * sizeof *p);
    if (p == NULL) return -2;
    p[0] = n;
    *out = p;
    return 0;
}

int main(int argc, char **argv) {
    (void)argv;
    long *p = NULL;
    if (open_buffer(argc - 1, &p) != 0) {
        puts("empty");
        free(p);
        return 0;
    }
    printf("%ld\n", p[0]);
    free(p);
    return 0;
}
