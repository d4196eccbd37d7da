#include <stdio.h>
#include <stdlib.h>

static void renew(long **slot, long n) {
    *slot = malloc(n * sizeof **slot);
}

int main(void) {
    long *buffer = malloc(2 * sizeof *buffer);
    if (buffer == NULL) return 1;
    buffer[0] = 1;
    renew(&buffer, 8);
    if (buffer == NULL) return 1;
    buffer[7] = 2;
    printf("%ld\n", buffer[7]);
    free(buffer);
    return 0;
}
