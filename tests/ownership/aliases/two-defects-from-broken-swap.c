#include <stdio.h>
#include <stdlib.h>

static long sort_two(long a, long b) {
    long *low = malloc(sizeof *low);
    long *high = malloc(sizeof *high);
    if (low == NULL || high == NULL) abort();
    *low = a;
    *high = b;
    if (a > b) {
        low = high;
        high = low;
    }
    long span = *high - *low;
    free(low);
    free(high);
    return span;
}

int main(void) {
    printf("%ld\n", sort_two(3, 9));
    return (int)sort_two(9, 3);
}
