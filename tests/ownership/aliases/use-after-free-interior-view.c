#include <stdio.h>
#include <stdlib.h>

static long column_sum(long n) {
    long *matrix = malloc(n * n * sizeof *matrix);
    if (matrix == NULL) return -1;
    for (long i = 0; i < n * n; i++) matrix[i] = i;
    long *second_row = &matrix[n];
    long *tail = &second_row[1];
    long sum = second_row[0] + *tail;
    free(matrix);
    if (sum > 8) sum += tail[1];
    return sum;
}

int main(void) {
    printf("%ld\n", column_sum(3));
    return (int)column_sum(4);
}
