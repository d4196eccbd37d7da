#include <stdbool.h>
#include <stdlib.h>

struct buffer { char *data; int *marks; int length; };

static void drop(struct buffer *buffer) {
    free(buffer->marks);
    free(buffer->data);
}

static int fill(int length, bool marked) {
    struct buffer buffer = {malloc(length), NULL, length};
    int result = 0;
    if (buffer.data == NULL) exit(1);
    buffer.data[0] = 'x';
    if (marked) {
        buffer.marks = malloc(length * sizeof(int));
        if (buffer.marks == NULL) exit(1);
        buffer.marks[0] = buffer.length;
        result = buffer.marks[0];
    }
    drop(&buffer);
    return result;
}

int main(void) { return fill(1, false) + fill(2, true) - 2; }
