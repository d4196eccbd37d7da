#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    char *raw = malloc(8 * sizeof(long) + 63);
    long *aligned;
    if (raw == NULL) return 1;
    aligned = (long *)(((uintptr_t)raw + 63) & ~(uintptr_t)63);
    aligned[0] = 1;
    aligned[7] = aligned[0] + 1;
    printf("%ld\n", aligned[7]);
    free(raw);
    return 0;
}
