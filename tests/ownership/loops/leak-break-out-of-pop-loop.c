#include <stdio.h>
#include <stdlib.h>

struct node { long value; struct node *next; };

int main(int argc, char **argv) {
    (void)argv;
    struct node *head = NULL;
    for (long i = 0; i < 3; i++) {
        struct node *node = malloc(sizeof *node);
        if (node == NULL) break;
        node->value = i * argc;
        node->next = head;
        head = node;
    }
    long sum = 0;
    while (head != NULL) {
        struct node *popped = head;
        head = popped->next;
        sum += popped->value;
        if (sum > 2) break;
        free(popped);
    }
    while (head != NULL) {
        struct node *next = head->next;
        free(head);
        head = next;
    }
    printf("%ld\n", sum);
    return 0;
}
