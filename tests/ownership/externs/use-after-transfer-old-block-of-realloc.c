#include <stdio.h>
#include <stdlib.h>

int main(void) {
    long *small = malloc(sizeof *small);
    if (small == NULL) return 1;
    *small = 5;
    long *large = realloc(small, 8 * sizeof *large);
    if (large == NULL) abort();
    large[7] = 1;
    printf("%ld\n", *small + large[7]);
    free(large);
    return 0;
}
