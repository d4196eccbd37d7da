#include <stdio.h>
#include <stdlib.h>

static long join(long n) {
    long *left = malloc(n * sizeof *left);
    if (left == NULL) return -1;
    long *right = malloc(n * sizeof *right);
    if (right == NULL) {
        puts("no room for the right side");
        return -2;
    }
    left[0] = n;
    right[0] = n * 2;
    long sum = left[0] + right[0];
    free(right);
    free(left);
    return sum;
}

int main(void) {
    printf("%ld\n", join(4));
    return 0;
}
