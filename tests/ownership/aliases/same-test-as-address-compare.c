#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static long merge(bool shared) {
    long *left = malloc(sizeof *left);
    if (left == NULL) return -1;
    *left = 4;
    long *right = left;
    if (!shared) {
        right = malloc(sizeof *right);
        if (right == NULL) abort();
        *right = 5;
    }
    long sum = *left + *right;
    if (right != left) free(right);
    free(left);
    return sum;
}

int main(void) {
    printf("%ld %ld\n", merge(true), merge(false));
    return 0;
}
