#include <stdio.h>
#include <stdlib.h>

struct n { long v; struct n *next; };

static struct n *cons(long v, struct n *next) {
    struct n *n = malloc(sizeof *n);
    if (n == NULL) abort();
    n->v = v;
    n->next = next;
    return n;
}

static struct n *merge(struct n *a, struct n *b) {
    if (a == NULL) return b;
    if (b == NULL) return a;
    if (a->v < b->v) {
        a->next = merge(a->next, b);
        return a;
    }
    b->next = merge(a, b->next);
    return b;
}

int main(void) {
    struct n *all = merge(cons(1, cons(3, NULL)), cons(0, cons(2, NULL)));
    while (all != NULL) {
        struct n *next = all->next;
        printf("%ld ", all->v);
        free(all);
        all = next;
    }
    puts("");
    return 0;
}
