#include <stdlib.h>

static int normalized(int *list, int n) {
    int *work = list, first;
    if (n > 8) {
        work = calloc(n, sizeof(int));
        if (work == NULL) return -1;
    }
    first = work[0];
    if (work != list) free(work);
    return first;
}

int main(void) {
    int *list = malloc(4 * sizeof(int)), first;
    if (list == NULL) return 1;
    list[0] = 0;
    first = normalized(list, 4) + normalized(list, 9);
    free(list);
    return first;
}
