#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int *slots[4];
    slots[0] = malloc(8);
    slots[1] = malloc(8);
    slots[2] = slots[0];
    slots[3] = malloc(8);
    if (slots[0] == NULL || slots[1] == NULL || slots[3] == NULL) exit(1);
    *slots[0] = 1;
    *slots[1] = 2;
    *slots[2] = 3;
    *slots[3] = 4;
    printf("%d\n", *slots[0] + *slots[1] + *slots[3]);
    free(slots[1]);
    free(slots[2]);
    free(slots[3]);
    return 0;
}
