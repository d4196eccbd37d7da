#include <stdio.h>
#include <stdlib.h>

struct section { long lines; };

static long count(long lines) {
    struct section *open = NULL;
    long longest = 0;
    for (long i = 0; i < lines; i++) {
        if (i % 3 == 2) {
            free(open);
            open = NULL;
            continue;
        }
        if (open == NULL) {
            open = malloc(sizeof *open);
            if (open == NULL) return -1;
            open->lines = 0;
        }
        open->lines++;
        if (open->lines > longest) longest = open->lines;
    }
    if (open != NULL) free(open);
    return longest;
}

int main(void) {
    printf("%ld%ld%ld%ld\n", count(0), count(2), count(3), count(8));
    return 0;
}
