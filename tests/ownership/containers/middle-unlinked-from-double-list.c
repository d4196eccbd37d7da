#include <stdio.h>
#include <stdlib.h>

struct link { long value; struct link *prev, *next; };

static struct link *link_new(long value) {
    struct link *l = calloc(1, sizeof *l);
    if (l == NULL) abort();
    l->value = value;
    return l;
}

int main(void) {
    struct link *a = link_new(1), *b = link_new(2), *c = link_new(3);
    a->next = b;
    b->prev = a;
    b->next = c;
    c->prev = b;
    b->prev->next = b->next;
    b->next->prev = b->prev;
    free(b);
    printf("%ld %ld\n", a->next->value, c->prev->value);
    free(a->next);
    free(a);
    return 0;
}
