#include <stdlib.h>

struct matrix { double *cells; char **names; int rows; };

static void clear(struct matrix *m) {
    for (int i = 0; i < m->rows; i++) free(m->names[i]);
    free(m->names);
    free(m->cells);
    m->rows = 0;
}

int main(void) {
    struct matrix m;
    m.rows = 3;
    m.cells = malloc(9 * sizeof(double));
    m.names = calloc(3, sizeof(char *));
    if (m.names == NULL) {
        free(m.cells);
        return 1;
    }
    for (int i = 0; i < 3; i++) m.names[i] = malloc(2);
    clear(&m);
    return m.rows;
}
