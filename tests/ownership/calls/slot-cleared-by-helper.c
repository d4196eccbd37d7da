#include <stdio.h>
#include <stdlib.h>

static void clear(long **slot) {
    free(*slot);
    *slot = NULL;
}

int main(int argc, char **argv) {
    (void)argv;
    long *p = malloc(8);
    if (p == NULL) return 1;
    *p = 3;
    if (argc > 1) clear(&p);
    if (p != NULL) printf("%ld\n", *p);
    clear(&p);
    return 0;
}
