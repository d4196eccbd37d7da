#include <stdbool.h>
#include <stdlib.h>

static long pick(bool wide) {
    long *small = malloc(2 * sizeof *small);
    long *large = malloc(9 * sizeof *large);
    if (small == NULL || large == NULL) abort();
    small[0] = 2;
    large[0] = 9;
    long *chosen = small;
    if (wide) chosen = large;
    long value = chosen[0];
    free(small);
    free(large);
    free(chosen);
    return value;
}

int main(void) {
    return (int)pick(true);
}
