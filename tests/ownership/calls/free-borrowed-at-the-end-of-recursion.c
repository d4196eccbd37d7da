#include <stdlib.h>

static void countdown(long *p) {
    if (*p == 0) {
        free(p);
        return;
    }
    *p = *p - 1;
    countdown(p);
}

int main(void) {
    long *p = malloc(sizeof *p);
    if (p == NULL) return 1;
    *p = 3;
    countdown(p);
    return 0;
}
