#include <stdio.h>
#include <stdlib.h>

static long *higher(long *a, long *b) {
    return *a > *b ? a : b;
}

static long play(long first, long second) {
    long *a = malloc(sizeof *a);
    long *b = malloc(sizeof *b);
    if (a == NULL || b == NULL) abort();
    *a = first;
    *b = second;
    long *winner = higher(a, b);
    free(a);
    long score = *winner;
    free(b);
    return score;
}

int main(void) {
    printf("%ld\n", play(3, 8));
    return (int)play(8, 3);
}
