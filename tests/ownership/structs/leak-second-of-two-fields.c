#include <stdio.h>
#include <stdlib.h>

struct buffer { long *data; char *marks; long n; };

static struct buffer make_buffer(long n) {
    long *data = malloc(n * sizeof *data);
    char *marks = malloc(n);
    if (data == NULL || marks == NULL) abort();
    data[0] = n;
    marks[0] = 'x';
    return (struct buffer){data, marks, n};
}

int main(int argc, char **argv) {
    (void)argv;
    struct buffer b = make_buffer(4 + argc);
    printf("%ld %d\n", b.data[0], b.marks[0]);
    free(b.data);
    return 0;
}
