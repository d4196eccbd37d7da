#include <stdio.h>
#include <stdlib.h>

struct row { long key, value; };

static struct row *find(struct row *rows, long n, long key) {
    for (long i = 0; i < n; ++i)
        if (rows[i].key == key) return &rows[i];
    return NULL;
}

int main(int argc, char **argv) {
    (void)argv;
    struct row *rows = malloc(3 * sizeof *rows);
    if (rows == NULL) return 1;
    for (long i = 0; i < 3; ++i) rows[i] = (struct row){i, i * 10};
    struct row *hit = find(rows, 3, argc);
    int code = 1;
    if (hit != NULL) {
        printf("%ld\n", hit->value);
        code = 0;
    }
    free(rows);
    return code;
}
