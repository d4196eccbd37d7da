#include <stdio.h>
#include <stdlib.h>

int main(void) {
    long *buffer = malloc(4 * sizeof *buffer);
    if (buffer == NULL) return 1;
    long **slot = &buffer;
    (*slot)[2] = 21;
    printf("%ld\n", buffer[2]);
    free(*slot);
    *slot = malloc(8 * sizeof **slot);
    if (buffer == NULL) return 1;
    buffer[7] = 70;
    printf("%ld\n", (*slot)[7]);
    free(buffer);
    *slot = NULL;
    free(buffer);
    return 0;
}
