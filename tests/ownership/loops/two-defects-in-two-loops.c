#include <stdlib.h>

static long filter(long n) {
    long kept = 0;
    for (long i = 0; i < n; i++) {
        long *sample = malloc(sizeof *sample);
        if (sample == NULL) abort();
        *sample = i * 5 % 7;
        if (*sample < 3) continue;
        kept += *sample;
        free(sample);
    }
    for (long i = 0; i < n; i++) {
        long *page = malloc(8 * sizeof *page);
        if (page == NULL) abort();
        page[0] = kept;
        free(page);
        if (i == 3) kept -= page[0];
    }
    return kept;
}

int main(void) {
    return (int)filter(6);
}
