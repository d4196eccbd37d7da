#include <stdio.h>
#include <stdlib.h>

static long sum_table(long n) {
    long *table = malloc(n * sizeof *table);
    if (table == NULL) {
        puts("out of memory");
        return -1;
    }
    long sum = 0;
    for (long i = 0; i < n; i++) {
        table[i] = i * i;
        sum += table[i];
    }
    free(table);
    return sum;
}

int main(void) {
    printf("%ld\n", sum_table(5));
    return 0;
}
