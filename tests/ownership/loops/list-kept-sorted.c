#include <stdio.h>
#include <stdlib.h>

struct node { long value; struct node *next; };

static long smallest(long n) {
    struct node *head = NULL;
    for (long i = 1; i <= n; i++) {
        struct node *node = malloc(sizeof *node);
        if (node == NULL) break;
        node->value = i * 7 % 5;
        struct node *before = NULL, *at = head;
        while (at != NULL && at->value < node->value) {
            before = at;
            at = at->next;
        }
        node->next = at;
        if (before == NULL) head = node; else before->next = node;
    }
    long digits = 0;
    while (head != NULL) {
        struct node *next = head->next;
        digits = digits * 10 + head->value;
        free(head);
        head = next;
    }
    return digits;
}

int main(void) {
    printf("%ld %ld\n", smallest(0), smallest(5));
    return 0;
}
