#include <stdio.h>
#include <stdlib.h>

struct vector { long *items; long length, room; };

static void vector_init(struct vector *vector, long room) {
    vector->items = malloc(room * sizeof *vector->items);
    if (vector->items == NULL) abort();
    vector->length = 0;
    vector->room = room;
    for (long i = 0; i < room; i++) vector->items[i] = 0;
}

int main(void) {
    struct vector vector;
    vector_init(&vector, 4);
    vector.items[2] = 6;
    printf("%ld\n", vector.items[2]);
    return 0;
}
