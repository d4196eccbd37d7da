#include <stdio.h>
#include <stdlib.h>

static long fill(long n) {
    long sum = 0;
    for (long r = 0; r < n; r++) {
        long *row = malloc(n * sizeof *row);
        if (row == NULL) return -1;
        for (long c = 0; c < n; c++) {
            long *cell = malloc(sizeof *cell);
            if (cell == NULL) abort();
            *cell = r + c;
            row[c] = *cell;
            sum += row[c];
        }
        free(row);
    }
    return sum;
}

int main(void) {
    printf("%ld\n", fill(3));
    return 0;
}
