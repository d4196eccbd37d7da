#include <stdio.h>
#include <stdlib.h>

struct header { long size, magic; };

int main(void) {
    struct header *block = malloc(sizeof *block + 32), *again;
    char *data;
    if (block == NULL) return 1;
    block->size = 32;
    block->magic = 4711;
    data = (char *)(block + 1);
    data[0] = 'd';
    again = (struct header *)data - 1;
    printf("%ld\n", again->size);
    free(again);
    return 0;
}
