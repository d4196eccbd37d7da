#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct block { long bytes; bool dirty, done; };

static long sync_block(bool dirty, bool done) {
    struct block *block = malloc(sizeof *block);
    if (block == NULL) return -1;
    block->bytes = 512;
    long written = 0;
    if (done) free(block);
    if (dirty) written = block->bytes;
    if (!done) free(block);
    return written;
}

int main(int argc, char **argv) {
    (void)argv;
    printf("%ld%ld\n", sync_block(false, true), sync_block(true, false));
    return (int)sync_block(argc > 1, argc > 2);
}
