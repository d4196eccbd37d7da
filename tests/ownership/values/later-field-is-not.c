#include <stdio.h>
#include <stdlib.h>

struct head { int size, kind; };
struct shape { struct head head; int points; };

int main(void) {
    struct shape *shape = malloc(sizeof *shape);
    int *kind;
    if (shape == NULL) return 1;
    shape->head.size = 3;
    shape->head.kind = 1;
    kind = &shape->head.kind;
    printf("%d\n", *kind);
    free(kind);
    return 0;
}
