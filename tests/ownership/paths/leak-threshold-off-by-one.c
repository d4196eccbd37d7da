#include <stdio.h>
#include <stdlib.h>

static long build_index(long entries) {
    long *index = NULL;
    if (entries >= 4) {
        index = malloc(entries * sizeof *index);
        if (index == NULL) return -1;
        index[0] = entries;
    }
    long found = entries;
    if (entries > 4) {
        found = index[0];
        free(index);
    }
    return found;
}

int main(void) {
    printf("%ld%ld%ld\n", build_index(1), build_index(9), build_index(4));
    return 0;
}
