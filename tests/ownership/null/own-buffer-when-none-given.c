#include <stdio.h>
#include <stdlib.h>

static long join(long n, long *lent) {
    long *buffer = lent;
    if (lent == NULL) {
        buffer = malloc(n * sizeof *buffer);
        if (buffer == NULL) return -1;
    }
    for (long i = 0; i < n; i++) buffer[i] = i * 2;
    long last = buffer[n - 1];
    if (lent == NULL) free(buffer);
    return last;
}

int main(void) {
    long mine[4] = {0};
    printf("%ld %ld\n", join(4, mine), join(9, NULL));
    return 0;
}
