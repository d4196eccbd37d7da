#include <stdio.h>
#include <stdlib.h>

static long close_page(long number) {
    long *page = malloc(16 * sizeof *page);
    if (page == NULL) return -1;
    page[0] = number;
    long first = page[0];
    page = NULL;
    free(page);
    return first;
}

int main(void) {
    printf("%ld\n", close_page(8));
    return 0;
}
