#include <stdio.h>
#include <stdlib.h>

static int classify(long code) {
    long *scratch = malloc(4 * sizeof *scratch);
    if (scratch == NULL) return -2;
    scratch[0] = code;
    if (code < 0) return -1;
    if (code == 0) return 0;
    if (code < 10) {
        puts("digit");
        return 1;
    }
    switch (code) {
    case 10: return 2;
    case 11: return 3;
    default: printf("%ld\n", scratch[0]);
    }
    free(scratch);
    return 4;
}

int main(void) {
    printf("%d%d%d%d%d%d\n", classify(-5), classify(0), classify(3), classify(10), classify(11), classify(12));
    return 0;
}
