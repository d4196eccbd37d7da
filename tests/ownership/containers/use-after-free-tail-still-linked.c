#include <stdlib.h>

struct node { long v; struct node *prev, *next; };

int main(void) {
    struct node *a = calloc(1, sizeof *a);
    struct node *b = calloc(1, sizeof *b);
    if (a == NULL || b == NULL) abort();
    a->next = b;
    b->prev = a;
    a->v = 1;
    free(b);
    struct node *at = a;
    while (at != NULL) {
        struct node *next = at->next;
        free(at);
        at = next;
    }
    return 0;
}
