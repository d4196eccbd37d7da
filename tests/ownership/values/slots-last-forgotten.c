#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int *slots[3];
    slots[0] = malloc(8);
    slots[1] = malloc(8);
    slots[2] = malloc(8);
    if (slots[0] == NULL || slots[1] == NULL || slots[2] == NULL) exit(1);
    *slots[0] = 1;
    *slots[1] = 2;
    *slots[2] = *slots[0] + *slots[1];
    printf("%d\n", *slots[2]);
    free(slots[0]);
    free(slots[1]);
    return 0;
}
