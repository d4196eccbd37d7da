#include <stdio.h>
#include <stdlib.h>

int main(void) {
    long *parts[3] = {NULL, NULL, NULL};
    parts[0] = malloc(8);
    parts[1] = malloc(8);
    parts[2] = malloc(8);
    if (parts[2] == NULL) abort();
    *parts[2] = 9;
    printf("%ld\n", *parts[2]);
    for (int i = 0; i < 2; ++i) free(parts[i]);
    return 0;
}
