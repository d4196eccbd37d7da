#include <stdio.h>
#include <stdlib.h>

struct node { long value; struct node *next; };

static long drain(struct node *head) {
    long sum = 0;
    struct node *cursor = head;
    while (cursor != NULL) {
        struct node *node = cursor;
        cursor = node->next;
        if (node->value < 0) { free(node); continue; }
        sum += node->value;
        free(node);
    }
    return sum;
}

static struct node *push(long value) {
    struct node *node = malloc(sizeof *node);
    if (node == NULL) abort();
    node->value = value;
    node->next = NULL;
    return node;
}

int main(void) {
    struct node *head = push(4);
    head->next = push(-2);
    head->next->next = push(5);
    printf("%ld\n", drain(head));
    return 0;
}
