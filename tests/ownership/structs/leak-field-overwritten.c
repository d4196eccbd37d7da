#include <stdio.h>
#include <stdlib.h>

struct buffer { long *data; long n; };

int main(int argc, char **argv) {
    (void)argv;
    struct buffer b = {NULL, 1};
    b.data = malloc(sizeof(long));
    if (b.data == NULL) return 1;
    b.data[0] = argc;
    if (argc >= 1) {
        b.n = 8;
        b.data = malloc(b.n * sizeof(long));
    }
    printf("%ld\n", b.n);
    free(b.data);
    return 0;
}
