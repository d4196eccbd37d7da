#include <stdlib.h>

static void release(int **table) {
    free(*table);
    *table = NULL;
}

static int use(int n) {
    int *table = NULL;
    int sum = 0;
    for (int i = 0; i < n; i++) {
        release(&table);
        table = malloc(sizeof(int));
        if (table == NULL) exit(1);
        *table = i;
        sum += *table;
    }
    release(&table);
    release(&table);
    return sum;
}

int main(void) { return use(3) - 3; }
