#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int *slots[2];
    int last = 1;
    slots[0] = malloc(8);
    slots[1] = malloc(8);
    if (slots[0] == NULL || slots[1] == NULL) exit(1);
    *slots[0] = 1;
    *slots[last] = 2;
    printf("%d\n", *slots[0]);
    free(slots[0]);
    free(slots[last]);
    free(slots[1]);
    return 0;
}
