#include <stdio.h>
#include <stdlib.h>

struct node { long value; struct node *next; };

static long parse(const char *text) {
    struct node *head = NULL;
    long result = 0;
    for (; *text != '\0'; text++) {
        if (*text == '!') { result = -1; goto out; }
        struct node *node = malloc(sizeof *node);
        if (node == NULL) goto out;
        node->value = *text;
        node->next = head;
        head = node;
        if (*text == '.') break;
    }
    if (head != NULL) result = head->value;
out:
    while (head != NULL) {
        struct node *next = head->next;
        free(head);
        head = next;
    }
    return result;
}

int main(void) {
    printf("%ld %ld %ld %ld\n", parse(""), parse("ab"), parse("a!b"), parse("a.b"));
    return 0;
}
