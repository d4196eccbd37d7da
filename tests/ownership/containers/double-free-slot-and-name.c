#include <stdio.h>
#include <stdlib.h>

int main(void) {
    long **slots = malloc(2 * sizeof *slots);
    long *first = malloc(8);
    if (slots == NULL || first == NULL) abort();
    *first = 4;
    slots[0] = NULL;
    slots[1] = first;
    printf("%ld\n", *slots[1]);
    free(first);
    for (int i = 0; i < 2; ++i) free(slots[i]);
    free(slots);
    return 0;
}
