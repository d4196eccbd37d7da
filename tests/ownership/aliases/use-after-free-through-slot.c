#include <stdio.h>
#include <stdlib.h>

int main(void) {
    long *buffer = malloc(4 * sizeof *buffer);
    if (buffer == NULL) return 1;
    long **slot = &buffer;
    buffer[1] = 21;
    printf("%ld\n", (*slot)[1]);
    free(buffer);
    (*slot)[1] = 22;
    return 0;
}
