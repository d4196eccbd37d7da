#include <stdio.h>
#include <stdlib.h>

struct buf { long *data; long n; };

static long first(struct buf b) {
    return b.data[0];
}

int main(void) {
    struct buf b = {malloc(sizeof(long)), 1};
    if (b.data == NULL) return 1;
    b.data[0] = 1;
    free(b.data);
    printf("%ld\n", first(b));
    return 0;
}
