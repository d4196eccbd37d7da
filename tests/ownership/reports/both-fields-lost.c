#include <stdlib.h>

struct buffer { char *data; int *marks; int length; };

static int fill(int length) {
    struct buffer buffer = {malloc(length), malloc(length * sizeof(int)), length};
    if (buffer.data == NULL || buffer.marks == NULL) exit(1);
    for (int i = 0; i < length; i++) {
        buffer.data[i] = 'x';
        buffer.marks[i] = i;
    }
    return buffer.marks[length - 1];
}

int main(void) { return fill(1); }
