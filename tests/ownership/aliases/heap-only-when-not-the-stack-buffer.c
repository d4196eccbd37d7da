#include <stdio.h>
#include <stdlib.h>

static long checksum(long n) {
    long small[4] = {0};
    long *start = small;
    long *buffer = start;
    if (n > 4) {
        buffer = malloc(n * sizeof *buffer);
        if (buffer == NULL) return -1;
    }
    for (long i = 0; i < n; i++) buffer[i] = i;
    long sum = 0;
    for (long i = 0; i < n; i++) sum += buffer[i];
    if (buffer != start) free(buffer);
    return sum;
}

int main(void) {
    printf("%ld %ld\n", checksum(3), checksum(9));
    return 0;
}
