#include <stdio.h>
#include <stdlib.h>

struct reader { char *buffer; long position; };

static int read_code(long n) {
    char *buffer = malloc(n);
    if (buffer == NULL) abort();
    struct reader reader = { buffer, 0 };
    buffer[0] = 'r';
    buffer = malloc(2 * n);
    if (buffer == NULL) abort();
    buffer[0] = 's';
    int code = reader.buffer[0] - buffer[0];
    free(buffer);
    buffer = reader.buffer;
    reader.buffer = NULL;
    free(buffer);
    return code;
}

int main(void) {
    printf("%d\n", read_code(16));
    return 0;
}
