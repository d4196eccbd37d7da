#include <stdio.h>
#include <stdlib.h>

struct job { long *block; long size; };

static long run(long *block, long size) {
    struct job job = {block, size};
    long sum = job.block[0] + job.size;
    free(job.block);
    return sum;
}

int main(void) {
    long *block = malloc(16);
    if (block == NULL) return 1;
    block[0] = 4;
    printf("%ld\n", run(block, 2));
    free(block);
    return 0;
}
