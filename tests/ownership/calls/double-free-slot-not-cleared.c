#include <stdio.h>
#include <stdlib.h>

static void drop_slot(long **slot) {
    free(*slot);
}

int main(void) {
    long *p = malloc(8);
    if (p == NULL) return 1;
    *p = 3;
    printf("%ld\n", *p);
    drop_slot(&p);
    free(p);
    return 0;
}
