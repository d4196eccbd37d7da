#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static int plot(bool grid, bool axes) {
    long *canvas = NULL;
    if (grid || axes) {
        canvas = malloc(16 * sizeof *canvas);
        if (canvas == NULL) return -1;
        canvas[0] = 1;
    }
    if (grid && axes) {
        canvas[1] = 2;
        free(canvas);
        return 2;
    }
    return 0;
}

int main(void) {
    printf("%d%d%d\n", plot(false, false), plot(true, true), plot(false, true));
    return 0;
}
