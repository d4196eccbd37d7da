#include <stdio.h>
#include <stdlib.h>

struct s { long *p; long n; };

int main(void) {
    struct s *t = malloc(3 * sizeof *t);
    if (t == NULL) return 1;
    for (long i = 0; i < 3; ++i) {
        t[i].n = i;
        t[i].p = malloc(sizeof(long));
        if (t[i].p == NULL) abort();
    }
    *t[0].p = 1;
    printf("%ld\n", *t[0].p);
    for (long i = 1; i < 3; ++i) free(t[i].p);
    free(t);
    return 0;
}
