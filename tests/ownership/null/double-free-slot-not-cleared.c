#include <stdio.h>
#include <stdlib.h>

static void release(long **slot) {
    free(*slot);
}

int main(int argc, char **argv) {
    (void)argv;
    long *page = malloc(sizeof *page);
    if (page == NULL) return 1;
    *page = argc;
    release(&page);
    if (page != NULL) {
        puts("still set");
        release(&page);
    }
    return 0;
}
