#include <stdio.h>
#include <stdlib.h>

struct pair { int x, y; };

int main(void) {
    struct pair *pairs = malloc(3 * sizeof *pairs), *second;
    int *y;
    if (pairs == NULL) return 1;
    for (int i = 0; i < 3; i++) {
        pairs[i].x = i;
        pairs[i].y = -i;
    }
    second = &pairs[1];
    y = &second->y;
    printf("%d\n", second->x);
    free(pairs);
    *y = 2;
    return 0;
}
