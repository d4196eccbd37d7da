#include <stdio.h>
#include <stdlib.h>

static long collect(long n) {
    long room = 2;
    long *data = malloc(room * sizeof *data);
    if (data == NULL) return -1;
    for (long i = 0; i < n; i++) {
        if (i == room) {
            long *larger = malloc(room * 2 * sizeof *larger);
            if (larger == NULL) break;
            free(data);
            for (long k = 0; k < room; k++) larger[k] = data[k];
            data = larger;
            room *= 2;
        }
        data[i] = i;
    }
    long last = data[n - 1];
    free(data);
    return last;
}

int main(void) {
    printf("%ld\n", collect(2));
    return (int)collect(3);
}
