#include <stdio.h>
#include <stdlib.h>

static void release(long **slot) {
    free(*slot);
    *slot = NULL;
}

int main(int argc, char **argv) {
    (void)argv;
    long *page = malloc(sizeof *page);
    if (page == NULL) return 1;
    *page = argc;
    printf("%ld\n", *page);
    if (argc > 1) release(&page);
    release(&page);
    release(&page);
    if (page != NULL) puts("never");
    return 0;
}
