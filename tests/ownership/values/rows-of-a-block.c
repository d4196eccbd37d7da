#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int *block = malloc(6 * sizeof(int));
    int **rows = malloc(2 * sizeof(int *));
    if (block == NULL || rows == NULL) exit(1);
    rows[0] = block;
    rows[1] = &block[3];
    for (int x = 0; x < 3; x++) {
        rows[0][x] = x;
        rows[1][x] = x * x;
    }
    printf("%d\n", block[5] + rows[0][1]);
    free(rows);
    free(block);
    return 0;
}
