#include <stdio.h>
#include <stdlib.h>

static long collect(long n) {
    long result = -1;
    long *data = malloc(2 * sizeof *data);
    if (data == NULL) return -1;
    data[0] = n;
    if (n > 2) {
        long *larger = malloc(n * sizeof *larger);
        if (larger == NULL) goto out;
        larger[0] = data[0];
        data = larger;
    }
    result = data[0];
out:
    free(data);
    return result;
}

int main(void) {
    printf("%ld%ld\n", collect(1), collect(9));
    return 0;
}
