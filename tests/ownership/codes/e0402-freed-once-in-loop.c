#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int *first = malloc(sizeof(int));
    bool freed = false;
    if (first == NULL) return 1;
    *first = 3;
    for (int i = 0; i < 6; i++) {
        if (!freed) {
            if (i >= *first) {
                free(first);
                freed = true;
            }
        }
    }
    if (!freed) free(first);
    printf("%d\n", freed);
    return 0;
}
