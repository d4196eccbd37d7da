#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static long peek(bool want) {
    long *value = NULL;
    if (want) {
        value = malloc(sizeof *value);
        if (value == NULL) return -1;
        *value = 11;
    }
    long *copy = value;
    if (NULL == copy) return 0;
    long result = *copy;
    free(value);
    return result;
}

int main(void) {
    printf("%ld %ld\n", peek(true), peek(false));
    return 0;
}
