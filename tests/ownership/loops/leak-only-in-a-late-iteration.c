#include <stdio.h>
#include <stdlib.h>

static long decode(long frames) {
    long good = 0;
    for (long i = 0; i < frames; i++) {
        char *frame = malloc(16);
        if (frame == NULL) abort();
        frame[0] = (char)i;
        if (i == 7) {
            puts("bad frame");
            continue;
        }
        good++;
        free(frame);
    }
    return good;
}

int main(void) {
    printf("%ld%ld\n", decode(7), decode(8));
    return 0;
}
