#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static long open_handle(long value) {
    long *cell = malloc(sizeof *cell);
    if (cell == NULL) return -1;
    *cell = value;
    uintptr_t handle = (uintptr_t)cell;
    cell = NULL;
    long *again = (long *)handle;
    long result = *again;
    free(again);
    return result;
}

int main(void) {
    printf("%ld\n", open_handle(6));
    return 0;
}
