#include <stdio.h>
#include <stdlib.h>

static long scan(long n) {
    long total = 0;
    for (long i = 0; i < n; i++) {
        char *line = malloc(32);
        if (line == NULL) abort();
        line[0] = (char)(i + '0');
        if (i == 2) { free(line); continue; }
        if (line[0] == '7') { free(line); break; }
        total += i;
        free(line);
    }
    return total;
}

int main(void) {
    printf("%ld %ld\n", scan(5), scan(100));
    return 0;
}
