#include <stdlib.h>

static long hash_all(long blocks) {
    if (blocks < 1) return 0;
    long *state = malloc(8 * sizeof *state);
    if (state == NULL) return -1;
    long count = 0;
    for (long i = 0; i < blocks; i++) {
        count++;
        free(state);
    }
    return count;
}

int main(void) {
    return (int)hash_all(2);
}
