#include <stdio.h>
#include <stdlib.h>

static long *find(long wanted) {
    long *result = NULL;
    long *table = malloc(8 * sizeof *table);
    if (table == NULL) return NULL;
    for (long i = 0; i < 8; i++) {
        table[i] = i * 3;
        if (table[i] == wanted) {
            result = &table[i];
            break;
        }
    }
    free(table);
    return result;
}

int main(void) {
    long *missing = find(4);
    if (missing == NULL) puts("none");
    long *found = find(6);
    if (found != NULL) printf("%ld\n", *found);
    return 0;
}
