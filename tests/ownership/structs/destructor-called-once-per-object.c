#include <stdio.h>
#include <stdlib.h>

struct buffer { long *data; long n; };

static void release(struct buffer *b) {
    free(b->data);
    b->data = NULL;
}

int main(int argc, char **argv) {
    (void)argv;
    struct buffer one = {malloc(8), 1};
    struct buffer two = {malloc(16), 2};
    if (one.data == NULL || two.data == NULL) abort();
    *one.data = argc;
    two.data[1] = argc;
    release(&one);
    printf("%ld\n", two.data[1]);
    release(&two);
    release(&one);
    return 0;
}
