#include <stdio.h>
#include <stdlib.h>

static int *find(int *list, int n, int wanted) {
    for (int i = 0; i < n; i++)
        if (list[i] == wanted) return &list[i];
    return list;
}

int main(void) {
    int *list = malloc(4 * sizeof(int)), *found;
    if (list == NULL) return 1;
    for (int i = 0; i < 4; i++) list[i] = i;
    found = find(list, 4, 2);
    printf("%d\n", *found);
    free(found);
    return 0;
}
