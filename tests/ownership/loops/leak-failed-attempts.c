#include <stdio.h>
#include <stdlib.h>

static long format(long value) {
    long size = 1;
    for (;;) {
        char *text = malloc(size);
        if (text == NULL) return -1;
        long rest = value, used = 0;
        while (rest > 0 && used < size) {
            text[used++] = (char)('0' + rest % 10);
            rest /= 10;
        }
        if (rest == 0) {
            free(text);
            break;
        }
        size *= 2;
    }
    return size;
}

int main(void) {
    printf("%ld%ld\n", format(5), format(123));
    return 0;
}
