#include <stdio.h>
#include <stdlib.h>

struct box { long *item; int full; };

static struct box wrap(long *item) {
    if (item == NULL) return (struct box){item, 0};
    return (struct box){item, 1};
}

int main(int argc, char **argv) {
    (void)argv;
    long *n = malloc(sizeof *n);
    if (n == NULL) return 1;
    *n = argc;
    struct box box = wrap(n);
    if (box.full) printf("%ld\n", *box.item);
    free(box.item);
    return 0;
}
