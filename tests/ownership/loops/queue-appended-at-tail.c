#include <stdio.h>
#include <stdlib.h>

struct task { long id; struct task *next; };

static long schedule(long n) {
    struct task *head = malloc(sizeof *head);
    if (head == NULL) return -1;
    head->id = 0;
    head->next = NULL;
    struct task *tail = head;
    for (long i = 1; i < n; i++) {
        tail->next = malloc(sizeof *tail);
        if (tail->next == NULL) break;
        tail = tail->next;
        tail->id = i;
        tail->next = NULL;
    }
    long sum = tail->id;
    struct task *task = head;
    while (task != NULL) {
        struct task *next = task->next;
        sum = sum * 2 + task->id;
        free(task);
        task = next;
    }
    return sum;
}

int main(void) {
    printf("%ld %ld\n", schedule(1), schedule(4));
    return 0;
}
