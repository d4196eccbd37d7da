#include <stdio.h>
#include <stdlib.h>

int main(void) {
    long **rows = malloc(3 * sizeof *rows);
    if (rows == NULL) return 1;
    rows[0] = malloc(8);
    rows[1] = malloc(8);
    rows[2] = malloc(8);
    if (rows[0] == NULL || rows[1] == NULL || rows[2] == NULL) abort();
    *rows[0] = 1;
    *rows[1] = 2;
    *rows[2] = *rows[0] + *rows[1];
    printf("%ld\n", *rows[2]);
    free(rows[0]);
    free(rows[1]);
    free(rows);
    return 0;
}
