#include <stdio.h>
#include <stdlib.h>

static long evict(long age) {
    long *page = malloc(sizeof *page);
    if (page == NULL) return -1;
    *page = age;
    long alive = *page;
    long *victim = NULL;
    if (alive > 10) {
        victim = page;
        alive = 0;
    }
    free(victim);
    free(page);
    return alive;
}

int main(void) {
    printf("%ld\n", evict(4));
    return (int)evict(40);
}
