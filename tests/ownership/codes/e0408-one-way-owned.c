#include <stdlib.h>

static int *absolute(int *n) {
    int *positive;
    if (*n >= 0) return n;
    positive = malloc(sizeof(int));
    if (positive == NULL) exit(1);
    *positive = -*n;
    return positive;
}

int main(void) {
    int n = -3;
    return *absolute(&n) - 3;
}
