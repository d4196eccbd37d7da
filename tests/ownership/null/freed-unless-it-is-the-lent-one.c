#include <stdio.h>
#include <stdlib.h>

static long widest(long *lent, long need) {
    long *buffer = lent;
    if (need > 4) {
        buffer = malloc(need * sizeof *buffer);
        if (buffer == NULL) return -1;
    }
    buffer[0] = need;
    long width = buffer[0];
    if (buffer != lent) free(buffer);
    return width;
}

int main(void) {
    long *mine = malloc(4 * sizeof *mine);
    if (mine == NULL) return 1;
    printf("%ld%ld\n", widest(mine, 3), widest(mine, 30));
    free(mine);
    return 0;
}
