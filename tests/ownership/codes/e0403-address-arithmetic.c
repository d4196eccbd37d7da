#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int *table = malloc(4 * sizeof(int)), *second;
    uintptr_t address;
    if (table == NULL) return 1;
    table[1] = 11;
    address = (uintptr_t)table;
    free(table);
    second = (int *)(address + sizeof(int));
    printf("%d\n", *second);
    return 0;
}
