#include <stdio.h>
#include <stdlib.h>

static long evict(long age) {
    long *old = malloc(sizeof *old);
    if (old == NULL) return -1;
    *old = age;
    long *victim = NULL;
    if (*old > 10) {
        victim = old;
        old = NULL;
    }
    long alive = 0;
    if (old != NULL) alive = *old;
    free(victim);
    free(old);
    return alive;
}

int main(void) {
    printf("%ld %ld\n", evict(4), evict(40));
    return 0;
}
