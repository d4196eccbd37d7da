#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static long draw(bool shadow, long n) {
    long *mask = NULL, result = n;
    if (shadow) {
        mask = malloc(n * sizeof *mask);
        if (mask == NULL) return -1;
        mask[0] = 9;
    }
    for (long i = 0; i < n; i++) {
        if (!shadow) { result = i; goto out; }
        if (i == 5) { result = mask[0]; goto out; }
    }
out:
    if (shadow) free(mask);
    return result;
}

int main(void) {
    printf("%ld%ld%ld\n", draw(true, 3), draw(true, 8), draw(false, 3));
    return 0;
}
