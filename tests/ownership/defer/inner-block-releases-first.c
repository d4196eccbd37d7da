#include <stdio.h>
#include <stdlib.h>

static long summarize(long n) {
    long value = -1;
    long *result = malloc(2 * sizeof *result);
    if (result == NULL) return -1;
    {
        long *scratch = malloc(n * sizeof *scratch);
        if (scratch == NULL) goto out;
        scratch[0] = n;
        result[0] = scratch[0] + 1;
        free(scratch);
    }
    {
        long *scratch = malloc(2 * n * sizeof *scratch);
        if (scratch == NULL) goto out;
        scratch[n] = n * 2;
        result[1] = scratch[n];
        if (n > 100) {
            value = result[1];
            free(scratch);
            goto out;
        }
        free(scratch);
    }
    value = result[0] + result[1];
out:
    free(result);
    return value;
}

int main(void) {
    printf("%ld %ld\n", summarize(5), summarize(101));
    return 0;
}
