#include <stdio.h>
#include <stdlib.h>

static long join(long n, long *lent) {
    long *buffer = lent;
    if (lent == NULL) {
        buffer = malloc(n * sizeof *buffer);
        if (buffer == NULL) return -1;
    }
    buffer[0] = n;
    long first = buffer[0];
    free(buffer);
    return first;
}

int main(void) {
    long mine[4] = {0};
    printf("%ld\n", join(9, NULL));
    return (int)join(4, mine);
}
