#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static long digest(bool keep, long n) {
    long *page = malloc(32 * sizeof *page);
    if (page == NULL) abort();
    for (long i = 0; i < 32; i++) page[i] = i + n;
    long sum = page[3];
    if (!keep) free(page);
    for (long i = 0; i < n; i++)
        if (keep) sum += page[i % 32];
    if (keep) free(page);
    return sum;
}

int main(void) {
    printf("%ld %ld\n", digest(true, 4), digest(false, 4));
    return 0;
}
