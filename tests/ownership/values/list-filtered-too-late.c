#include <stdlib.h>

struct node { int value; struct node *next; };

static void remove_first(struct node **head) {
    struct node *node = *head;
    if (node == NULL) return;
    free(node);
    *head = node->next;
}

int main(void) {
    struct node *head = malloc(sizeof *head);
    if (head == NULL) return 1;
    head->value = 1;
    head->next = NULL;
    remove_first(&head);
    return 0;
}
