#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static long reverse_sum(long n) {
    long small[8] = {0};
    long *buffer = small;
    bool on_heap = false;
    if (n > 8) {
        buffer = malloc(n * sizeof *buffer);
        if (buffer == NULL) return -1;
        on_heap = true;
    }
    for (long i = 0; i < n; i++) buffer[i] = n - i;
    long sum = 0;
    for (long i = 0; i < n; i++) sum += buffer[i] * i;
    if (on_heap) free(buffer);
    return sum;
}

int main(void) {
    printf("%ld %ld\n", reverse_sum(4), reverse_sum(20));
    return 0;
}
