#include <stdio.h>
#include <stdlib.h>

static long sum_lines(long n) {
    long total = 0;
    for (long i = 0; i < n; i++) {
        long *line = malloc(4 * sizeof *line);
        if (line == NULL) abort();
        line[0] = i;
        if (line[0] % 3 == 1) continue;
        total += line[0];
        free(line);
    }
    return total;
}

int main(void) {
    printf("%ld\n", sum_lines(5));
    return 0;
}
