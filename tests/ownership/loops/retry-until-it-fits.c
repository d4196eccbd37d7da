#include <stdio.h>
#include <stdlib.h>

static long format(long value) {
    long size = 1;
    char *text;
    for (;;) {
        text = malloc(size);
        if (text == NULL) return -1;
        long rest = value, used = 0;
        while (rest > 0 && used < size) {
            text[used++] = (char)('0' + rest % 10);
            rest /= 10;
        }
        if (rest == 0) break;
        free(text);
        size *= 2;
    }
    text[0] = '#';
    free(text);
    return size;
}

int main(void) {
    printf("%ld%ld%ld\n", format(5), format(123), format(98765));
    return 0;
}
