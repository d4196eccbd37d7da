#include <stdio.h>
#include <stdlib.h>

static long find(long rows, long columns, long wanted) {
    long result = -1;
    long *matrix = malloc(rows * columns * sizeof *matrix);
    if (matrix == NULL) return -2;
    for (long r = 0; r < rows; r++) {
        long *row = malloc(columns * sizeof *row);
        if (row == NULL) goto out;
        for (long c = 0; c < columns; c++) {
            long *cell = malloc(sizeof *cell);
            if (cell == NULL) { free(row); goto out; }
            *cell = r * columns + c;
            row[c] = *cell;
            if (*cell == wanted) {
                result = row[c];
                free(cell);
                free(row);
                goto out;
            }
            free(cell);
            if (c > r) break;
        }
        matrix[r * columns] = row[0];
        free(row);
    }
out:
    free(matrix);
    return result;
}

int main(void) {
    printf("%ld %ld\n", find(3, 4, 5), find(3, 4, 99));
    return 0;
}
