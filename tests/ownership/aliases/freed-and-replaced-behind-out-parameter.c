#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void grow(long **slot, long room) {
    long *old = *slot;
    long *larger = malloc(2 * room * sizeof *larger);
    if (larger == NULL) abort();
    memcpy(larger, old, room * sizeof *larger);
    free(old);
    *slot = larger;
}

int main(void) {
    long room = 2;
    long *data = malloc(room * sizeof *data);
    if (data == NULL) return 1;
    for (long i = 0; i < 20; i++) {
        if (i == room) {
            grow(&data, room);
            room *= 2;
        }
        data[i] = i;
    }
    printf("%ld\n", data[19]);
    free(data);
    return 0;
}
