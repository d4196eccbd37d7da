#include <stdio.h>
#include <stdlib.h>

static long *record(long value) {
    long *p = malloc(sizeof *p);
    if (p == NULL) abort();
    *p = value;
    printf("recorded %ld\n", value);
    return p;
}

int main(void) {
    long *p = record(1);
    record(2);
    free(p);
    return 0;
}
