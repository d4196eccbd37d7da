#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static char *read_line(long number) {
    char *line = malloc(2);
    if (line == NULL) abort();
    line[0] = (char)('a' + number / 2);
    line[1] = '\0';
    return line;
}

static long unique(long lines) {
    char *previous = NULL;
    long count = 0;
    for (long i = 0; i < lines; i++) {
        char *line = read_line(i);
        bool same = previous != NULL && previous[0] == line[0];
        free(previous);
        previous = line;
        if (same) continue;
        count++;
    }
    free(previous);
    return count;
}

int main(void) {
    printf("%ld%ld\n", unique(0), unique(7));
    return 0;
}
