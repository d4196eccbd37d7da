#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int found = 0;
    for (int y = 1; y < 5; y++) {
        for (int x = 1; x < 5; x++) {
            int *cell = malloc(sizeof(int));
            if (cell == NULL) break;
            *cell = x * y;
            if (*cell % 2 == 0) continue;
            if (*cell > 9) break;
            found += *cell;
            free(cell);
        }
    }
    printf("%d\n", found);
    return 0;
}
