#include <stdlib.h>

int main(void) {
    int found = 0;
    for (int y = 1; y < 5; y++) {
        for (int x = 1; x < 5; x++) {
            int *cell = malloc(sizeof(int));
            if (cell == NULL) exit(1);
            *cell = x * y;
            if (*cell % 2 == 0) { free(cell); continue; }
            if (*cell > 9) { free(cell); break; }
            found += *cell;
            free(cell);
        }
    }
    return found - 16;
}
