#include <stdio.h>
#include <stdlib.h>

static long join(long *left, long *right) {
    long sum = *left + *right;
    free(left);
    free(right);
    return sum;
}

int main(void) {
    long *n = malloc(sizeof *n);
    if (n == NULL) return 1;
    *n = 21;
    printf("%ld\n", join(n, n));
    return 0;
}
