#include <stdlib.h>

static void release(int **table) {
    free(*table);
    free(*table);
    *table = NULL;
}

static int use(int n) {
    int *table = malloc(n * sizeof(int));
    int first;
    if (table == NULL) return 0;
    table[0] = n;
    first = table[0];
    release(&table);
    return first;
}

int main(void) {
    int *one = malloc(sizeof(int));
    if (one == NULL) return 1;
    *one = 1;
    release(&one);
    return use(1) + use(2) + use(3);
}
