#include <stdio.h>
#include <stdlib.h>

static int table[8];

static int *row(int n) { return &table[n * 4]; }

int main(void) {
    int *first = row(0);
    first[0] = 1;
    printf("%d\n", table[0]);
    free(first);
    return 0;
}
