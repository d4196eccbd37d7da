#include <stdio.h>
#include <stdlib.h>

struct node { int value; struct node *next; };

static struct node *node(int value) {
    struct node *made = malloc(sizeof *made);
    if (made == NULL) exit(1);
    made->value = value;
    made->next = NULL;
    return made;
}

int main(void) {
    struct node *first = node(1), *dead;
    first->next = node(2);
    first->next->next = node(3);
    dead = first->next;
    first->next = dead->next;
    free(dead);
    printf("%d\n", first->next->value);
    while (first != NULL) {
        struct node *next = first->next;
        free(first);
        first = next;
    }
    return 0;
}
