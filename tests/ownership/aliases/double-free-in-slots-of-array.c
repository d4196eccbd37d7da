#include <stdio.h>
#include <stdlib.h>

int main(void) {
    long *slots[3] = { NULL, NULL, NULL };
    slots[0] = malloc(sizeof *slots[0]);
    slots[1] = malloc(sizeof *slots[1]);
    if (slots[0] == NULL || slots[1] == NULL) abort();
    *slots[0] = 5;
    *slots[1] = 6;
    slots[2] = slots[0];
    printf("%ld\n", *slots[2] + *slots[1]);
    free(slots[0]);
    free(slots[1]);
    free(slots[2]);
    return 0;
}
