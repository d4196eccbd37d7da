#include <stdio.h>
#include <stdlib.h>

struct vector { long *items; long length; };

static struct vector *counted(long n) {
    struct vector *vector = malloc(sizeof *vector);
    if (vector == NULL) abort();
    vector->items = malloc(n * sizeof *vector->items);
    if (vector->items == NULL) abort();
    vector->length = 0;
    for (long i = 0; i < n; i++) {
        vector->items[i] = i;
        vector->length++;
    }
    return vector;
}

int main(void) {
    struct vector *vector = counted(3);
    printf("%ld\n", vector->items[2]);
    long length = vector->length;
    free(vector);
    return (int)length - 3;
}
