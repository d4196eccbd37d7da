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
    long *data = malloc(2 * sizeof *data);
    if (data == NULL) return 1;
    data[0] = 5;
    data[1] = 6;
    long *first = &data[0];
    grow(&data, 2);
    data[3] = 7;
    printf("%ld\n", data[0] + data[3]);
    printf("%ld\n", *first);
    free(data);
    return 0;
}
