#include <stdio.h>
#include <stdlib.h>

struct node { long value; struct node *next; };

static long count_up(long n) {
    struct node *head = NULL;
    for (long i = 0; i < n; i++) {
        struct node *node = malloc(sizeof *node);
        if (node == NULL) abort();
        node->value = i;
        node->next = head;
        head = node;
    }
    if (head == NULL) return 0;
    long last = head->value;
    free(head);
    return last;
}

int main(void) {
    printf("%ld\n", count_up(4));
    return 0;
}
