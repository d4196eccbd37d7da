#include <stdlib.h>

static void check(int code) {
    if (code != 0) exit(code);
}

static int load(int size) {
    char *buffer = malloc(16);
    if (buffer == NULL) return 0;
    buffer[0] = 'x';
    if (size > 16) {
        check(size - 16);
        return 0;
    }
    check(0);
    return size;
}

int main(void) { return load(0); }
