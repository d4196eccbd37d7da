#include <stdlib.h>

static int compare(int x, int y) {
    int *a = malloc(sizeof(int));
    int *b = malloc(sizeof(int));
    int *larger, result;
    if (a == NULL || b == NULL) exit(1);
    *a = x;
    *b = y;
    larger = a;
    if (y > x) larger = b;
    result = *larger;
    free(larger);
    free(a);
    free(b);
    return result;
}

int main(void) { return compare(1, 2); }
