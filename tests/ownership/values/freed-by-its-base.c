#include <stdio.h>
#include <stdlib.h>

struct base { int kind; };
struct circle { struct base base; int radius; };

static struct base *circle(int radius) {
    struct circle *made = malloc(sizeof *made);
    if (made == NULL) exit(1);
    made->base.kind = 1;
    made->radius = radius;
    return &made->base;
}

int main(void) {
    struct base *shape = circle(6);
    if (shape->kind == 1) printf("%d\n", ((struct circle *)shape)->radius);
    free(shape);
    return 0;
}
