#include <stdio.h>
#include <stdlib.h>

static long histogram(long samples, long limit) {
    long *bins = NULL;
    if (samples > limit) {
        bins = calloc(16, sizeof *bins);
        if (bins == NULL) return -1;
    }
    long used = 0;
    for (long i = 0; i < samples; i++) used = (used + i * 7) % 16;
    if (samples > limit) {
        bins[used]++;
        used = bins[used];
        free(bins);
    }
    return used;
}

int main(void) {
    printf("%ld %ld\n", histogram(3, 10), histogram(30, 10));
    return 0;
}
