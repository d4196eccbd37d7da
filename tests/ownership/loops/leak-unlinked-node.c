#include <stdio.h>
#include <stdlib.h>

struct node { long value; struct node *next; };

static struct node *node(long value) {
    struct node *n = malloc(sizeof *n);
    if (n == NULL) abort();
    n->value = value;
    n->next = NULL;
    return n;
}

int main(void) {
    struct node *first = node(1);
    first->next = node(2);
    first->next->next = node(3);
    long sum = first->value + first->next->value;
    first->next = first->next->next;
    while (first != NULL) {
        struct node *rest = first->next;
        sum += first->value;
        free(first);
        first = rest;
    }
    printf("%ld\n", sum);
    return 0;
}
