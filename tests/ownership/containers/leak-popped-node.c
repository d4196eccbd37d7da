#include <stdio.h>
#include <stdlib.h>

struct node { long value; struct node *next; };

int main(void) {
    struct node *head = malloc(sizeof *head);
    if (head == NULL) return 1;
    head->value = 1;
    head->next = malloc(sizeof *head);
    if (head->next == NULL) abort();
    head->next->value = 2;
    head->next->next = NULL;
    long value = head->value;
    head = head->next;
    printf("%ld%ld\n", value, head->value);
    free(head);
    return 0;
}
