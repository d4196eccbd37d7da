#include <stdio.h>
#include <stdlib.h>

struct point { int x, y; };

int main(void) {
    struct point *p = malloc(sizeof *p);
    if (p == NULL) return 1;
    p->x = 1;
    p->y = 2;
    free(p);
    p->x = 3;
    p->y = 4;
    printf("%d\n", p->x + p->y);
    return 0;
}
