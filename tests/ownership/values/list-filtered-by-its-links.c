#include <stdlib.h>

struct node { int value; struct node *next; };

static void remove_all(struct node **at, int value) {
    while (*at != NULL) {
        struct node *node = *at;
        if (node->value == value) {
            *at = node->next;
            free(node);
        } else {
            at = &node->next;
        }
    }
}

int main(void) {
    struct node *head = NULL;
    int sum = 0;
    for (int i = 0; i < 6; i++) {
        struct node *node = malloc(sizeof *node);
        if (node == NULL) exit(1);
        node->value = i % 3;
        node->next = head;
        head = node;
    }
    remove_all(&head, 2);
    while (head != NULL) {
        struct node *next = head->next;
        sum += head->value;
        free(head);
        head = next;
    }
    return sum - 2;
}
