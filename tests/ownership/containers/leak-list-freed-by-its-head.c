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
    struct node *head = node(1);
    head->next = node(2);
    long sum = 0;
    for (struct node *c = head; c != NULL; c = c->next) sum += c->value;
    printf("%ld\n", sum);
    free(head);
    return 0;
}
