#include <stdbool.h>
#include <stdlib.h>

static int run(bool second) {
    int *slots[2];
    int chosen = 0, value;
    slots[0] = malloc(8);
    slots[1] = malloc(8);
    if (slots[0] == NULL || slots[1] == NULL) exit(1);
    *slots[0] = 4;
    *slots[1] = 5;
    if (second) chosen = 1;
    value = *slots[chosen];
    free(slots[chosen]);
    free(slots[0]);
    return value;
}

int main(void) { return run(true) - run(false) - 1; }
