#include <stdio.h>
#include <stdlib.h>

static int *largest(int *list, int n) {
    int *best = list;
    for (int i = 1; i < n; i++)
        if (list[i] > *best) best = &list[i];
    return best;
}

int main(void) {
    int *list = malloc(4 * sizeof(int)), *best;
    if (list == NULL) return 1;
    for (int i = 0; i < 4; i++) list[i] = i * 7 % 5;
    best = largest(list, 4);
    free(list);
    printf("%d\n", *best);
    return 0;
}
