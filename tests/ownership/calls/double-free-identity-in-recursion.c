#include <stdio.h>
#include <stdlib.h>

static long *halve(long *p, long times) {
    if (times == 0) return p;
    *p = *p / 2;
    return halve(p, times - 1);
}

int main(void) {
    long *n = malloc(sizeof *n);
    if (n == NULL) return 1;
    *n = 80;
    long *m = halve(n, 3);
    printf("%ld\n", *m);
    free(m);
    free(n);
    return 0;
}
