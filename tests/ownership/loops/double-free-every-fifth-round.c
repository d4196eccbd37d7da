#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static long serve(long rounds) {
    long *log = malloc(8 * sizeof *log);
    if (log == NULL) return -1;
    bool closed = false;
    for (long i = 1; i <= rounds; i++) {
        if (i % 5 == 0) {
            puts("rotating the log");
            free(log);
            closed = true;
        }
    }
    if (!closed) free(log);
    return rounds;
}

int main(void) {
    printf("%ld%ld\n", serve(4), serve(9));
    return (int)serve(10);
}
