#include <stdio.h>
#include <stdlib.h>

static long average(long n) {
    long *values = malloc(n * sizeof *values);
    if (values == NULL) return -1;
    long sum = 0;
    {
        for (long i = 0; i < n; i++) {
            values[i] = i * 2;
            sum += values[i];
        }
        free(values);
    }
    if (n > 3) return values[0];
    return sum / n;
}

int main(void) {
    printf("%ld\n", average(2));
    printf("%ld\n", average(6));
    return 0;
}
