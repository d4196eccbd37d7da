#include <stdio.h>
#include <stdlib.h>

struct point { long x, y; };

static struct point *midpoint(const struct point *a, const struct point *b) {
    struct point *m = malloc(sizeof *m);
    if (m == NULL) abort();
    m->x = (a->x + b->x) / 2;
    m->y = (a->y + b->y) / 2;
    struct point *result = m;
    free(m);
    return result;
}

int main(void) {
    struct point a = { 0, 2 }, b = { 4, 8 };
    struct point *m = midpoint(&a, &b);
    printf("%ld %ld\n", m->x, m->y);
    free(m);
    return 0;
}
