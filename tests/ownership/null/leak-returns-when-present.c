#include <stdio.h>
#include <stdlib.h>

static long fill(long n) {
    long *buffer = malloc(n * sizeof *buffer);
    if (buffer != NULL) {
        puts("out of memory");
        return -1;
    }
    free(buffer);
    return n;
}

int main(void) {
    fill(3);
    return 0;
}
