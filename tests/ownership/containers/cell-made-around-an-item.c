#include <stdio.h>
#include <stdlib.h>

struct cell { long *item; struct cell *below; };

static struct cell *cell_for(struct cell *below, long *item) {
    struct cell *c = malloc(sizeof *c);
    if (c == NULL) abort();
    c->item = item;
    c->below = below;
    return c;
}

int main(void) {
    long *a = malloc(sizeof *a);
    if (a == NULL) return 1;
    *a = 3;
    struct cell *c = cell_for(NULL, a);
    printf("%ld\n", *c->item);
    free(c->item);
    free(c);
    return 0;
}
