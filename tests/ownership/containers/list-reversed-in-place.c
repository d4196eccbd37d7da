#include <stdio.h>
#include <stdlib.h>

struct node { long value; struct node *next; };

static struct node *push_front(struct node *head, long value) {
    struct node *n = malloc(sizeof *n);
    if (n == NULL) abort();
    n->value = value;
    n->next = head;
    return n;
}

int main(void) {
    struct node *head = NULL;
    for (long i = 0; i < 5; ++i) head = push_front(head, i);
    struct node *done = NULL;
    while (head != NULL) {
        struct node *rest = head->next;
        head->next = done;
        done = head;
        head = rest;
    }
    while (done != NULL) {
        struct node *rest = done->next;
        printf("%ld ", done->value);
        free(done);
        done = rest;
    }
    puts("");
    return 0;
}
