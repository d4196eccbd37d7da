#include <stdio.h>
#include <stdlib.h>

struct matrix { long **rows; long n; };

static void drop(struct matrix *m) {
    for (long i = 0; i < m->n; ++i) free(m->rows[i]);
}

int main(void) {
    struct matrix m = {NULL, 2};
    m.rows = malloc(2 * sizeof *m.rows);
    if (m.rows == NULL) return 1;
    m.rows[0] = malloc(8);
    m.rows[1] = malloc(8);
    if (m.rows[0] == NULL || m.rows[1] == NULL) abort();
    *m.rows[1] = 3;
    printf("%ld\n", *m.rows[1]);
    drop(&m);
    return 0;
}
