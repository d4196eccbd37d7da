#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { OWNED = 1, DIRTY = 2 };

static int touch(bool fresh, bool write) {
    int flags = 0;
    long *block = NULL;
    if (fresh) {
        block = malloc(4 * sizeof *block);
        if (block == NULL) return -1;
        block[0] = 1;
        flags |= OWNED;
    }
    if (write) flags |= DIRTY;
    if (flags & DIRTY) puts("dirty");
    if (flags & OWNED) {
        block[1] = flags;
        free(block);
    }
    return flags;
}

int main(void) {
    printf("%d%d%d%d\n", touch(false, false), touch(true, false), touch(false, true), touch(true, true));
    return 0;
}
