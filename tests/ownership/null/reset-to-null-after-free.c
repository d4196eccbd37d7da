#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static long handle(long events, bool reset) {
    long *buffer = malloc(8 * sizeof *buffer);
    if (buffer == NULL) return -1;
    buffer[0] = events;
    long seen = buffer[0];
    if (reset) {
        free(buffer);
        buffer = NULL;
    }
    if (buffer != NULL) seen += buffer[0];
    free(buffer);
    buffer = NULL;
    free(buffer);
    return seen;
}

int main(void) {
    printf("%ld %ld\n", handle(4, true), handle(4, false));
    return 0;
}
