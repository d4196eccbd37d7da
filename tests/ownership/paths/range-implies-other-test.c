#include <stdio.h>
#include <stdlib.h>

static long show_frame(long size) {
    char *frame = NULL;
    if (size > 100) {
        frame = malloc(size);
        if (frame == NULL) return -1;
        frame[0] = 'f';
    }
    if (size > 50) {
        printf("frame of %ld\n", size);
        free(frame);
    }
    return size;
}

int main(void) {
    printf("%ld\n", show_frame(10) + show_frame(70) + show_frame(200));
    return 0;
}
