#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int *start = malloc(5 * sizeof(int)), *end, *cursor;
    if (start == NULL) return 1;
    end = start + 5;
    for (cursor = start; cursor != end; cursor++) *cursor = (int)(cursor - start);
    while (cursor != start) printf("%d ", *--cursor);
    puts("");
    free(cursor);
    return 0;
}
