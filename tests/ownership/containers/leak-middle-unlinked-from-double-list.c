#include <stdio.h>
#include <stdlib.h>

struct link { long value; struct link *prev, *next; };

int main(void) {
    struct link *a = malloc(sizeof *a);
    if (a == NULL) return 1;
    a->next = malloc(sizeof *a);
    if (a->next == NULL) abort();
    a->next->prev = a;
    a->next->value = 2;
    struct link *c = malloc(sizeof *c);
    if (c == NULL) abort();
    c->prev = a->next;
    a->next->next = c;
    c->prev = a;
    a->next = c;
    c->value = 3;
    printf("%ld\n", a->next->value);
    free(c);
    free(a);
    return 0;
}
