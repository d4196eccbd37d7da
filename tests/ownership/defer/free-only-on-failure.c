#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static long *build_table(long n) {
    long *table = malloc(n * sizeof *table);
    if (table == NULL) return NULL;
    bool failed = true;
    for (long i = 0; i < n; i++) {
        if (i > 6) {
            puts("table too large");
            goto out;
        }
        table[i] = i * 11;
    }
    failed = false;
out:
    if (failed) {
        free(table);
        return NULL;
    }
    return table;
}

int main(void) {
    long *small = build_table(4);
    long *large = build_table(40);
    if (small != NULL) printf("%ld\n", small[3]);
    free(large);
    free(small);
    return 0;
}
