#include <stdio.h>
#include <stdlib.h>

struct node { long value; struct node *next; };

static struct node *node(long value) {
    struct node *n = malloc(sizeof *n);
    if (n == NULL) abort();
    n->value = value;
    n->next = n;
    return n;
}

int main(void) {
    struct node *a = node(1), *b = node(2), *c = node(3);
    a->next = b;
    b->next = c;
    c->next = a;
    printf("%ld\n", a->next->next->next->value);
    c->next = NULL;
    struct node *cursor = a;
    while (cursor != NULL) {
        struct node *next = cursor->next;
        free(cursor);
        cursor = next;
    }
    return 0;
}
