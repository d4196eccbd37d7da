#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static long store(long size) {
    long *page = malloc(8 * sizeof *page);
    if (page == NULL) return -1;
    page[0] = size;
    bool released = false;
    if (size > 8) {
        puts("too large");
        free(page);
        released = true;
    } else if (size == 0) {
        free(page);
        return 0;
    }
    page[1] = size * 2;
    if (!released) free(page);
    return size;
}

int main(void) {
    printf("%ld%ld\n", store(0), store(4));
    return (int)store(9);
}
