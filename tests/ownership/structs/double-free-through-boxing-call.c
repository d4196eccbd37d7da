#include <stdio.h>
#include <stdlib.h>

struct box { long *p; };

static struct box box(long *p) {
    return (struct box){p};
}

int main(void) {
    long *x = malloc(sizeof *x);
    if (x == NULL) return 1;
    *x = 1;
    struct box b = box(x);
    printf("%ld\n", *b.p);
    free(x);
    free(b.p);
    return 0;
}
