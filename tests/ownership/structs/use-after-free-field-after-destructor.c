#include <stdio.h>
#include <stdlib.h>

struct buffer { long *data; long n; };

static void release(struct buffer *b) {
    free(b->data);
    b->n = 0;
}

int main(void) {
    struct buffer b = {malloc(8), 1};
    if (b.data == NULL) return 1;
    *b.data = 3;
    release(&b);
    printf("%ld\n", b.n);
    printf("%ld\n", *b.data);
    return 0;
}
