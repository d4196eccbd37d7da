#include <stdlib.h>

static int count_digits(long n) {
    char *cursor = malloc(8);
    if (cursor == NULL) return -1;
    cursor[0] = (char)('0' + n);
    cursor[1] = '\0';
    int digits = 0;
    if (n < 10) {
        cursor++;
        digits++;
    }
    free(cursor);
    return digits;
}

int main(void) {
    return count_digits(3);
}
