#include <stdio.h>
#include <stdlib.h>

struct node { long value; struct node *next; };
struct queue { struct node *head, *tail; };

static void enqueue(struct queue *q, long value) {
    struct node *n = malloc(sizeof *n);
    if (n == NULL) abort();
    n->value = value;
    n->next = NULL;
    if (q->tail == NULL) q->head = n;
    else q->tail->next = n;
    q->tail = n;
}

static long dequeue(struct queue *q) {
    struct node *n = q->head;
    long value = n->value;
    q->head = n->next;
    if (q->head == NULL) q->tail = NULL;
    free(n);
    return value;
}

int main(void) {
    struct queue q = {NULL, NULL};
    enqueue(&q, 1);
    enqueue(&q, 2);
    printf("%ld\n", dequeue(&q));
    enqueue(&q, 3);
    while (q.head != NULL) printf("%ld\n", dequeue(&q));
    return 0;
}
