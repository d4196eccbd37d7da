#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static int compress(long size, bool fast) {
    char *window = malloc(size);
    if (window == NULL) return -1;
    window[0] = 'w';
    if (size > 16) {
        if (fast) {
            free(window);
            return 1;
        } else if (size > 64) {
            printf("%d\n", window[0]);
            free(window);
            return 2;
        }
    } else {
        free(window);
        return 3;
    }
    return 0;
}

int main(void) {
    printf("%d%d%d%d\n", compress(8, true), compress(32, true), compress(90, false), compress(32, false));
    return 0;
}
