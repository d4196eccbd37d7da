#include <stdio.h>
#include <stdlib.h>

struct m { long *first; long n; };

static void drop(struct m *m) {
    free(m);
}

int main(void) {
    struct m *m = malloc(sizeof *m);
    if (m == NULL) return 1;
    m->n = 1;
    m->first = malloc(sizeof *m->first);
    if (m->first == NULL) abort();
    *m->first = 4;
    printf("%ld\n", *m->first);
    drop(m);
    return 0;
}
