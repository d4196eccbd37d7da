#include <stdio.h>
#include <stdlib.h>

static long query(long key) {
    long result = -1;
    long *page = malloc(64 * sizeof *page);
    if (page == NULL) return -2;
    page[0] = key;
    long *index = malloc(16 * sizeof *index);
    if (index == NULL) { free(page); return -2; }
    if (key < 0) goto free_page;
    index[0] = page[0];
    if (key > 9) {
        free(page);
        result = 0;
        goto free_index;
    }
    result = index[0];
free_index:
    free(index);
free_page:
    free(page);
    return result;
}

int main(void) {
    printf("%ld\n", query(5));
    printf("%ld\n", query(10));
    return 0;
}
