#include <stdlib.h>

static int finish(int *first, int *last) {
    int width = *last - *first;
    free(first);
    free(last);
    return width;
}

static int run(int x, int y) {
    int *first = malloc(sizeof(int));
    int *last = malloc(sizeof(int));
    if (first == NULL || last == NULL) exit(1);
    *first = x;
    *last = y;
    if (x > y) {
        int *swapped = first;
        first = last;
        last = swapped;
    }
    return finish(first, last);
}

int main(void) { return run(1, 4) - run(7, 4); }
