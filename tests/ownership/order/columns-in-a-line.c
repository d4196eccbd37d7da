#include <stdio.h>
#include <stdlib.h>

static int add(int *a, int *b) {
    if (a == NULL || b == NULL) return 0;
    *a = 1;
    *b = 2;
    return *a + *b;
}

int main(void) {
    printf("%d\n", add(malloc(8), malloc(8)));
    return 0;
}
