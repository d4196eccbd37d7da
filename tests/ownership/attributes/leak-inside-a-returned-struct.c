#include <stdio.h>
#include <stdlib.h>

struct box { long *item; int full; };

static struct box wrap(long *item) {
    return (struct box){item, item != NULL};
}

int main(int argc, char **argv) {
    (void)argv;
    long *n = malloc(sizeof *n);
    if (n == NULL) return 1;
    *n = argc;
    struct box box = wrap(n);
    if (box.full) printf("%ld\n", *box.item);
    return 0;
}
