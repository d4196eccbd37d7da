#include <stdio.h>
#include <stdlib.h>

int main(void) {
    long *small = malloc(sizeof *small);
    if (small == NULL) return 1;
    *small = 5;
    long *large = realloc(small, 8 * sizeof *large);
    if (large == NULL) abort();
    printf("%ld\n", large[0]);
    free(small);
    free(large);
    return 0;
}
