#include <stdio.h>
#include <stdlib.h>

static long find(long n, long wanted) {
    long *matrix = malloc(n * n * sizeof *matrix);
    if (matrix == NULL) return -2;
    for (long r = 0; r < n; r++) {
        long *row = malloc(n * sizeof *row);
        if (row == NULL) break;
        for (long c = 0; c < n; c++) {
            row[c] = r * n + c;
            if (row[c] == wanted) {
                free(matrix);
                return r;
            }
        }
        matrix[r * n] = row[0];
        free(row);
    }
    free(matrix);
    return -1;
}

int main(void) {
    printf("%ld%ld\n", find(3, 50), find(3, 4));
    return 0;
}
