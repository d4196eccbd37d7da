#include <stdlib.h>

enum status { OK, NEGATIVE };

static enum status open_number(int n, int **out) {
    int *made;
    if (n < 0) return NEGATIVE;
    made = malloc(sizeof(int));
    if (made == NULL) exit(1);
    *made = n;
    *out = made;
    return OK;
}

static int twice(int n) {
    int *number = NULL;
    if (open_number(n, &number) == OK) return 2 * *number;
    return 0;
}

int main(void) { return twice(4) + twice(-4) - 8; }
