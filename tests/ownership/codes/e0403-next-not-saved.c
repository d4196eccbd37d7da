#include <stdio.h>
#include <stdlib.h>

struct node { int value; struct node *next; };

int main(void) {
    struct node *head = NULL;
    for (int i = 0; i < 5; i++) {
        struct node *node = malloc(sizeof *node);
        if (node == NULL) break;
        node->value = i;
        node->next = head;
        head = node;
    }
    while (head != NULL) {
        printf("%d\n", head->value);
        free(head);
        head = head->next;
    }
    return 0;
}
