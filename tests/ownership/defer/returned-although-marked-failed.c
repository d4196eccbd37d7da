#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static long *build_table(long n) {
    long *result = NULL;
    long *table = malloc(8 * sizeof *table);
    if (table == NULL) return NULL;
    bool failed = true;
    table[0] = n;
    if (n > 8) goto out;
    if (n == 1) {
        failed = false;
        result = table;
        goto out;
    }
    result = table;
out:
    if (failed) free(table);
    return result;
}

int main(int argc, char **argv) {
    (void)argv;
    long *table = build_table(argc + 1);
    if (table == NULL) return 1;
    printf("%ld\n", table[0]);
    free(table);
    return 0;
}
