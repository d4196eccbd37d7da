#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    char *raw = malloc(8 * sizeof(long) + 63);
    long *aligned;
    if (raw == NULL) return 1;
    aligned = (long *)(((uintptr_t)raw + 63) / 64 * 64);
    for (int i = 0; i < 8; i++) aligned[i] = i;
    printf("%ld %d\n", aligned[7], (int)((uintptr_t)aligned % 64));
    free(aligned);
    return 0;
}
