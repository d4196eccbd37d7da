#include <stdio.h>
#include <stdlib.h>

struct node { int value; struct node *next; };

static struct node *push(struct node *list, int value) {
    struct node *node;
    if (value < 0) return list;
    node = malloc(sizeof *node);
    if (node == NULL) return list;
    node->value = value;
    node->next = list;
    return node;
}

static void drop(struct node *list) {
    while (list != NULL) {
        struct node *next = list->next;
        free(list);
        list = next;
    }
}

int main(void) {
    struct node *list = NULL;
    for (int i = -1; i < 3; i++) list = push(list, i);
    if (list != NULL) printf("%d\n", list->value);
    drop(list);
    return 0;
}
