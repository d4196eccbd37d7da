#include <stdio.h>
#include <stdlib.h>

struct node { long *item; struct node *next; };

int main(void) {
    struct node *head = NULL;
    for (long i = 0; i < 3; ++i) {
        struct node *n = malloc(sizeof *n);
        if (n == NULL) abort();
        n->item = malloc(sizeof *n->item);
        if (n->item == NULL) abort();
        *n->item = i;
        n->next = head;
        head = n;
    }
    while (head != NULL) {
        struct node *next = head->next;
        printf("%ld ", *head->item);
        free(head);
        head = next;
    }
    puts("");
    return 0;
}
