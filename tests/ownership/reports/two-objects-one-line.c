#include <stdio.h>
#include <stdlib.h>

struct pair { int *a, *b; };

int main(void) {
    struct pair pair = {malloc(8), malloc(8)};
    if (pair.a == NULL || pair.b == NULL) {
        free(pair.a);
        free(pair.b);
        return 1;
    }
    *pair.a = 1;
    *pair.b = 2;
    printf("%d\n", *pair.a + *pair.b);
    free(pair.a);
    return 0;
}
