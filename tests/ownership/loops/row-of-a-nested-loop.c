#include <stdio.h>
#include <stdlib.h>

static long trace(long n) {
    long sum = 0;
    for (long r = 0; r < n; r++) {
        long *row = malloc(n * sizeof *row);
        if (row == NULL) return -1;
        for (long c = 0; c < n; c++) {
            long *cell = malloc(sizeof *cell);
            if (cell == NULL) break;
            *cell = r * n + c;
            row[c] = *cell;
            free(cell);
            if (c < r) continue;
            if (c > r) break;
            sum += row[c];
        }
        free(row);
    }
    return sum;
}

int main(void) {
    printf("%ld\n", trace(4));
    return 0;
}
