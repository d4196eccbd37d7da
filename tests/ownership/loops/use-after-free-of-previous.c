#include <stdlib.h>

static long unique(long lines) {
    long *previous = NULL;
    long count = 0;
    for (long i = 0; i < lines; i++) {
        long *line = malloc(sizeof *line);
        if (line == NULL) abort();
        *line = i / 2;
        if (previous == NULL) count++;
        else if (*previous != *line) count++;
        previous = line;
        free(line);
    }
    return count;
}

int main(void) {
    return (int)unique(5);
}
