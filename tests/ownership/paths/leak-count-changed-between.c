#include <stdio.h>
#include <stdlib.h>

static long deliver(long letters) {
    long *bag = NULL;
    if (letters > 2) {
        bag = malloc(letters * sizeof *bag);
        if (bag == NULL) return -1;
        bag[0] = letters;
    }
    letters--;
    if (letters > 2) {
        printf("%ld\n", bag[0]);
        free(bag);
    }
    return letters;
}

int main(void) {
    printf("%ld%ld%ld\n", deliver(2), deliver(9), deliver(3));
    return 0;
}
