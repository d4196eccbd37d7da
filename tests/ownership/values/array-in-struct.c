#include <stdio.h>
#include <stdlib.h>

struct pool { char *blocks[2]; int used; };

int main(void) {
    struct pool pool, moved;
    pool.used = 2;
    pool.blocks[0] = malloc(16);
    pool.blocks[1] = malloc(16);
    if (pool.blocks[0] == NULL || pool.blocks[1] == NULL) exit(1);
    pool.blocks[0][3] = 'a';
    pool.blocks[1][3] = pool.blocks[0][3];
    moved = pool;
    printf("%d %d\n", moved.used, moved.blocks[1][3]);
    free(moved.blocks[0]);
    free(pool.blocks[1]);
    return 0;
}
