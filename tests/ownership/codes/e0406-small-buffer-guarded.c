#include <stdlib.h>

static int count(int n) {
    char small[16];
    char *buffer = small;
    int last;
    if (n > 16) {
        buffer = malloc(n);
        if (buffer == NULL) return -1;
    }
    for (int i = 0; i < n; i++) buffer[i] = (char)i;
    last = buffer[n - 1];
    if (n > 16) free(buffer);
    return last;
}

int main(void) { return count(4) + count(20) - 22; }
