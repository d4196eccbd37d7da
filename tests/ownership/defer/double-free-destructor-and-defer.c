#include <stdio.h>
#include <stdlib.h>

struct buffer { char *bytes; long length; };

static void buffer_done(struct buffer *buffer) {
    free(buffer->bytes);
    buffer->length = 0;
}

static long store(long length) {
    struct buffer buffer = { malloc(length), length };
    long result;
    if (buffer.bytes == NULL) return -2;
    buffer.bytes[0] = 's';
    if (length > 10) {
        puts("too long");
        free(buffer.bytes);
        result = -1;
        goto out;
    }
    result = buffer.length;
out:
    buffer_done(&buffer);
    return result;
}

int main(void) {
    printf("%ld\n", store(4));
    printf("%ld\n", store(40));
    return 0;
}
