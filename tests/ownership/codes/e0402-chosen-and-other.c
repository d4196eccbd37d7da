#include <stdlib.h>

static int compare(int x, int y) {
    int *a = malloc(sizeof(int));
    int *b = malloc(sizeof(int));
    int *larger, *other, result;
    if (a == NULL || b == NULL) exit(1);
    *a = x;
    *b = y;
    larger = a;
    other = b;
    if (*b > *a) {
        larger = b;
        other = a;
    }
    result = *larger - *other;
    free(larger);
    free(other);
    return result;
}

int main(void) { return compare(1, 2) - compare(9, 8); }
