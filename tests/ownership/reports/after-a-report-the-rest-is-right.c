#include <stdlib.h>

static int sum(int *list, int n) {
    int total = 0;
    for (int i = 0; i < n; i++) total += list[i];
    return total;
}

int main(void) {
    int *list = malloc(3 * sizeof(int));
    int *copy = malloc(3 * sizeof(int));
    int *last, total;
    if (list == NULL || copy == NULL) {
        free(list);
        free(copy);
        return 1;
    }
    for (int i = 0; i < 3; i++) copy[i] = list[i] = i;
    last = &copy[2];
    free(last);
    free(copy);
    total = sum(list, 3);
    free(list);
    return total;
}
