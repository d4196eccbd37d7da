#include <stdio.h>
#include <stdlib.h>

struct buf { long *data; long n; };

static long *detach(struct buf *b) {
    long *d = b->data;
    b->data = NULL;
    return d;
}

int main(void) {
    struct buf b = {malloc(sizeof(long)), 1};
    if (b.data == NULL) return 1;
    long *p = detach(&b);
    *p = 1;
    printf("%ld\n", *p);
    free(b.data);
    free(p);
    return 0;
}
