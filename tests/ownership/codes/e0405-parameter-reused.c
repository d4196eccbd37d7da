#include <stdlib.h>

static int sorted_first(int *list, int n) {
    int *given = list, first;
    list = malloc(n * sizeof(int));
    if (list == NULL) return -1;
    for (int i = 0; i < n; i++) list[i] = given[i];
    for (int i = 1; i < n; i++)
        if (list[i] < list[0]) list[0] = list[i];
    first = list[0];
    free(list);
    return first;
}

int main(void) {
    int numbers[3] = {4, 0, 6};
    return sorted_first(&numbers[0], 3);
}
