#include <stdlib.h>

struct node { int value; struct node *next; };

int main(void) {
    struct node *head = NULL, *node;
    int sum = 0;
    for (int i = 0; i < 5; i++) {
        node = malloc(sizeof *node);
        if (node == NULL) break;
        node->value = i;
        node->next = head;
        head = node;
    }
    node = head;
    while (node != NULL) {
        struct node *next = node->next;
        sum += node->value;
        free(node);
        node = next;
    }
    return sum - 10;
}
