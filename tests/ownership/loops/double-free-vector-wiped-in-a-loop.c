#include <stdio.h>
#include <stdlib.h>

struct vector { long *items; long length; };

static void vector_done(struct vector *vector) {
    for (long i = 0; i < vector->length; i++) vector->items[i] = 0;
    free(vector->items);
    vector->items = NULL;
    vector->length = 0;
}

int main(void) {
    struct vector vector = { malloc(4 * sizeof(long)), 0 };
    if (vector.items == NULL) return 1;
    vector.items[0] = 1;
    struct vector copy = vector;
    vector_done(&vector);
    vector_done(&vector);
    printf("%ld\n", copy.length);
    vector_done(&copy);
    return 0;
}
