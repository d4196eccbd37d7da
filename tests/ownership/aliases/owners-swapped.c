#include <stdio.h>
#include <stdlib.h>

static long sort_two(long a, long b) {
    long *low = malloc(sizeof *low);
    long *high = malloc(sizeof *high);
    if (low == NULL || high == NULL) abort();
    *low = a;
    *high = b;
    if (*low > *high) {
        long *spare = low;
        low = high;
        high = spare;
    }
    long span = *high - *low;
    free(low);
    free(high);
    return span;
}

int main(void) {
    printf("%ld %ld\n", sort_two(3, 9), sort_two(9, 3));
    return 0;
}
