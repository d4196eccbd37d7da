#include <stdio.h>
#include <stdlib.h>

enum status { OK, NEGATIVE, LARGE };

static enum status open_number(int n, int **out) {
    int *made;
    if (n < 0) return NEGATIVE;
    if (n > 99) return LARGE;
    made = malloc(sizeof(int));
    if (made == NULL) exit(1);
    *made = n;
    *out = made;
    return OK;
}

static int twice(int n) {
    int *number = NULL, result;
    switch (open_number(n, &number)) {
    case NEGATIVE: return -1;
    case LARGE: puts("too large"); break;
    case OK:
        result = 2 * *number;
        free(number);
        return result;
    }
    return 0;
}

int main(void) { return twice(4) + twice(-4) + twice(400) - 7; }
