#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    long *table = malloc(8 * sizeof *table);
    if (table == NULL) return 1;
    for (long i = 0; i < 8; i++) table[i] = i * 3;
    uintptr_t address = (uintptr_t)table;
    long *third = (long *)(address + 3 * sizeof *table);
    printf("%ld\n", *third);
    free(table);
    long *fourth = (long *)(address + 4 * sizeof *table);
    printf("%ld\n", *fourth);
    return 0;
}
