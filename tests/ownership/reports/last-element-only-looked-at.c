#include <stdlib.h>

int main(void) {
    int *list = malloc(3 * sizeof(int));
    int *copy = malloc(3 * sizeof(int));
    int *last, value, rest;
    if (list == NULL || copy == NULL) exit(1);
    for (int i = 0; i < 3; i++) copy[i] = list[i] = i;
    last = &copy[2];
    value = *last;
    last = copy;
    free(last);
    rest = list[2] - value;
    free(list);
    return rest;
}
