#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int *list = malloc(4 * sizeof(int)), *third, *second, *start;
    if (list == NULL) return 1;
    third = &list[2];
    *third = 5;
    second = third - 1;
    *second = 4;
    start = second - 1;
    printf("%d\n", *third + *second);
    free(start);
    return 0;
}
