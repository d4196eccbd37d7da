#include <stdio.h>
#include <stdlib.h>

struct node { long value; struct node *next; };

static long sum_squares(long n) {
    struct node *head = NULL;
    for (long i = 1; i <= n; i++) {
        struct node *node = malloc(sizeof *node);
        if (node == NULL) break;
        node->value = i * i;
        node->next = head;
        head = node;
    }
    long sum = 0;
    while (head != NULL) {
        struct node *rest = head->next;
        sum += head->value;
        free(head);
        head = rest;
    }
    return sum;
}

int main(void) {
    printf("%ld %ld\n", sum_squares(0), sum_squares(5));
    return 0;
}
