#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int *list = malloc(8 * sizeof(int)), *end, *cursor;
    if (list == NULL) return 1;
    end = &list[8];
    for (cursor = list; cursor != end; cursor++) *cursor = 1;
    printf("%d\n", list[7]);
    free(end);
    return 0;
}
