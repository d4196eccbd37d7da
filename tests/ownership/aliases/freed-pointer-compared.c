#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>

struct node { long value; struct node *next; };

int main(void) {
    struct node *node = malloc(sizeof *node);
    if (node == NULL) return 1;
    node->value = 3;
    struct node *current = node;
    free(node);
    struct node *old = node;
    if (current == old) {
        puts("the current node is gone");
        current = NULL;
    }
    if (current != NULL) puts("never");
    intptr_t address = (intptr_t)old;
    if (address == 0) return 1;
    return 0;
}
