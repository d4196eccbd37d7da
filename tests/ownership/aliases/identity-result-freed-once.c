#include <stdio.h>
#include <stdlib.h>

static long *traced(const char *label, long *block) {
    printf("%s holds %ld\n", label, *block);
    return block;
}

int main(void) {
    long *block = malloc(sizeof *block);
    if (block == NULL) return 1;
    *block = 12;
    long *same = traced("first", block);
    *same += 1;
    block = traced("second", same);
    *block += 1;
    free(traced("third", block));
    return 0;
}
