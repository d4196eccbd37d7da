#include <stdio.h>
#include <stdlib.h>

static long sample(long n) {
    long total = 0;
    long *current = malloc(sizeof *current);
    if (current == NULL) return -1;
    long *first = current;
    *current = 1;
    for (long i = 0; i < n; i++) {
        if (i == 4) {
            free(current);
            current = malloc(sizeof *current);
            if (current == NULL) abort();
        }
        *current = i;
        total += *first;
    }
    free(current);
    return total;
}

int main(void) {
    printf("%ld\n", sample(4));
    return (int)sample(5);
}
