#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    (void)argv;
    long n = argc + 3;
    long **rows = malloc(n * sizeof *rows);
    if (rows == NULL) return 1;
    for (long i = 0; i < n; ++i) {
        rows[i] = malloc((i + 1) * sizeof(long));
        if (rows[i] == NULL) abort();
        for (long k = 0; k <= i; ++k) rows[i][k] = i * k;
    }
    printf("%ld\n", rows[n - 1][1]);
    for (long i = 0; i < n; ++i) free(rows[i]);
    free(rows);
    return 0;
}
