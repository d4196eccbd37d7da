#include <stdio.h>
#include <stdlib.h>

struct buf { long *data; long n; };

static void reset(struct buf *b) {
    free(b->data);
}

static long use(struct buf *b) {
    return b->data[0];
}

int main(void) {
    struct buf b = {malloc(sizeof(long)), 1};
    if (b.data == NULL) return 1;
    b.data[0] = 1;
    reset(&b);
    printf("%ld\n", use(&b));
    return 0;
}
