#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int *block = malloc(6 * sizeof(int));
    int **rows = malloc(2 * sizeof(int *));
    if (block == NULL || rows == NULL) exit(1);
    rows[0] = block;
    rows[1] = &block[3];
    rows[1][0] = 5;
    printf("%d\n", block[3]);
    free(rows[1]);
    free(rows[0]);
    free(rows);
    return 0;
}
