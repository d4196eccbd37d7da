#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long collect(long n) {
    long result = -1, room = 2;
    long *data = malloc(room * sizeof *data);
    if (data == NULL) return -1;
    for (long i = 0; i < n; i++) {
        if (i == room) {
            long *larger = malloc(room * 2 * sizeof *larger);
            if (larger == NULL) goto out;
            memcpy(larger, data, room * sizeof *data);
            free(data);
            data = larger;
            room *= 2;
        }
        data[i] = i * i;
        if (data[i] > 500) { result = i; goto out; }
    }
    result = data[n - 1];
out:
    free(data);
    return result;
}

int main(void) {
    printf("%ld %ld %ld\n", collect(2), collect(9), collect(50));
    return 0;
}
