#include <stdio.h>
#include <stdlib.h>

static long rotate(long pages) {
    long *newest = malloc(sizeof *newest);
    long *middle = malloc(sizeof *middle);
    long *oldest = malloc(sizeof *oldest);
    if (newest == NULL || middle == NULL || oldest == NULL) abort();
    *newest = pages;
    *middle = pages - 1;
    *oldest = pages - 2;
    long *spare = newest;
    oldest = middle;
    middle = newest;
    newest = malloc(sizeof *newest);
    if (newest == NULL) abort();
    *newest = *spare + 1;
    long sum = *newest + *middle + *oldest;
    free(newest);
    free(middle);
    free(oldest);
    return sum;
}

int main(void) {
    printf("%ld\n", rotate(7));
    return 0;
}
