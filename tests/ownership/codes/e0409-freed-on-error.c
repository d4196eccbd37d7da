#include <stdio.h>
#include <stdlib.h>

static char *read_line(int length) {
    char *buffer = malloc(8);
    if (buffer == NULL) return NULL;
    buffer[0] = 'b';
    if (length > 8) {
        puts("too long");
        free(buffer);
    }
    return buffer;
}

int main(void) {
    char *got = read_line(9);
    if (got == NULL) return 1;
    printf("%d\n", got[0]);
    free(got);
    return 0;
}
