#include <stdlib.h>

struct node { long value; struct node *next; };

static void drop_list(struct node *head) {
    struct node *node = head;
    while (node != NULL) {
        free(node);
        node = node->next;
    }
}

int main(void) {
    struct node *head = malloc(sizeof *head);
    if (head == NULL) return 1;
    head->value = 1;
    head->next = malloc(sizeof *head);
    if (head->next == NULL) abort();
    head->next->value = 2;
    head->next->next = NULL;
    drop_list(head);
    return 0;
}
