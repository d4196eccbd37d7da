#include <stdio.h>
#include <stdlib.h>

struct node { long value; struct node *next; };

int main(void) {
    struct node *a = malloc(sizeof *a);
    struct node *b = malloc(sizeof *b);
    if (a == NULL || b == NULL) abort();
    a->value = 1;
    b->value = 2;
    a->next = b;
    b->next = a;
    struct node *other = a->next;
    free(a);
    printf("%ld\n", other->value);
    printf("%ld\n", other->next->value);
    free(other);
    return 0;
}
