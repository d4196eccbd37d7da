#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct vector { long *items; long length, room; };

static void push(struct vector *vector, long value) {
    if (vector->length == vector->room) {
        long *larger = malloc(2 * vector->room * sizeof *larger);
        if (larger == NULL) abort();
        memcpy(larger, vector->items, vector->length * sizeof *larger);
        free(vector->items);
        vector->items = larger;
        vector->room *= 2;
    }
    vector->items[vector->length++] = value;
}

int main(void) {
    struct vector vector = { malloc(sizeof(long)), 0, 1 };
    if (vector.items == NULL) return 1;
    push(&vector, 3);
    long *first = &vector.items[0];
    printf("%ld\n", *first);
    push(&vector, 4);
    printf("%ld\n", *first);
    free(vector.items);
    return 0;
}
