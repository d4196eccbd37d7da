#include <stdio.h>
#include <stdlib.h>

struct section { long lines; };

static long count(long lines) {
    struct section *open = NULL;
    long sections = 0;
    for (long i = 0; i < lines; i++) {
        if (open == NULL) {
            open = malloc(sizeof *open);
            if (open == NULL) return -1;
            open->lines = 0;
            sections++;
        }
        open->lines++;
        if (i % 3 == 2) open = NULL;
    }
    free(open);
    return sections;
}

int main(void) {
    printf("%ld%ld\n", count(2), count(8));
    return 0;
}
