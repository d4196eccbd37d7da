#include <stdio.h>
#include <stdlib.h>

struct head { int size, kind; };
struct shape { struct head head; int points; };

int main(void) {
    struct shape *shape = malloc(sizeof *shape);
    int *size;
    if (shape == NULL) return 1;
    shape->head.size = 3;
    shape->head.kind = 1;
    shape->points = 4;
    size = &shape->head.size;
    printf("%d\n", *size + shape->points);
    free(size);
    return 0;
}
