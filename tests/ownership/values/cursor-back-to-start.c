#include <stdio.h>
#include <stdlib.h>

static void show(int n) {
    int *start = malloc((n + 1) * sizeof(int));
    int *cursor = start;
    if (start == NULL) return;
    for (int i = 0; i < n; i++) *cursor++ = i * i;
    while (cursor != start) printf("%d ", *--cursor);
    puts("");
    free(cursor);
}

int main(void) {
    show(5);
    return 0;
}
