#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    int *slots[2], *backup[2];
    slots[0] = malloc(8);
    slots[1] = malloc(8);
    if (slots[0] == NULL || slots[1] == NULL) exit(1);
    *slots[0] = 1;
    *slots[1] = 2;
    memcpy(backup, slots, sizeof slots);
    slots[0] = NULL;
    slots[1] = NULL;
    printf("%d\n", *backup[0] + *backup[1]);
    free(backup[0]);
    free(backup[1]);
    return 0;
}
