#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static int trace(bool verbose, long depth) {
    char *line = NULL;
    if (verbose && depth > 2) {
        line = malloc(depth + 1);
        if (line == NULL) abort();
        line[0] = '>';
        line[1] = '\0';
    }
    int printed = 0;
    if (verbose) {
        if (depth > 2) {
            puts(line);
            free(line);
            printed = 1;
        } else {
            puts("shallow");
        }
    }
    return printed;
}

int main(void) {
    printf("%d%d%d\n", trace(true, 5), trace(true, 1), trace(false, 5));
    return 0;
}
