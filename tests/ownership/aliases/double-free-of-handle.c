#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    long *cell = malloc(sizeof *cell);
    if (cell == NULL) return 1;
    *cell = 4;
    uintptr_t handle = (uintptr_t)cell;
    printf("%ld\n", *(long *)handle);
    free((long *)handle);
    if (handle != 0) free(cell);
    return 0;
}
