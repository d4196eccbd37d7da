#include <stdio.h>
#include <stdlib.h>

struct node { long value; struct node *next; };

static long filter(long n) {
    struct node *head = NULL;
    for (long i = 0; i < n; i++) {
        struct node *node = malloc(sizeof *node);
        if (node == NULL) break;
        node->value = i;
        node->next = head;
        head = node;
    }
    struct node *before = NULL, *node = head;
    while (node != NULL) {
        struct node *next = node->next;
        if (node->value % 2 == 1) {
            if (before == NULL) head = next; else before->next = next;
            free(node);
        } else {
            before = node;
        }
        node = next;
    }
    long left = 0;
    while (head != NULL) {
        struct node *next = head->next;
        free(head);
        head = next;
        left++;
    }
    return left;
}

int main(void) {
    printf("%ld%ld%ld\n", filter(0), filter(1), filter(6));
    return 0;
}
