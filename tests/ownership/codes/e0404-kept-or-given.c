#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static void archive(int *value) {
    printf("archived %d\n", *value);
    free(value);
}

static int handle(int n) {
    int *value = malloc(sizeof(int)), result;
    bool given = false;
    if (value == NULL) return -1;
    *value = n;
    if (n >= 100) {
        archive(value);
        given = true;
    }
    if (given) return 1;
    *value = *value + 1;
    result = *value;
    free(value);
    return result;
}

int main(void) { return handle(100) + handle(7) - 9; }
