#include <stdio.h>
#include <stdlib.h>

static long *checked(long *block, long limit) {
    if (*block > limit) puts("over the limit");
    return block;
}

int main(void) {
    long *block = malloc(sizeof *block);
    if (block == NULL) return 1;
    *block = 12;
    long *same = checked(block, 10);
    *same = 3;
    free(block);
    free(same);
    return 0;
}
