#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    (void)argv;
    long **slots = malloc(2 * sizeof *slots);
    if (slots == NULL) return 1;
    slots[0] = malloc(8);
    slots[1] = malloc(8);
    if (slots[0] == NULL || slots[1] == NULL) abort();
    *slots[0] = 1;
    *slots[1] = 2;
    free(slots[0]);
    slots[0] = slots[1];
    slots[1] = NULL;
    printf("%ld\n", *slots[0] + argc);
    free(slots[0]);
    free(slots[1]);
    free(slots);
    return 0;
}
