#include <stdio.h>
#include <stdlib.h>

static char *skip_spaces(char *text) {
    while (*text == ' ') text++;
    return text;
}

static long parse_number(long digits) {
    char *text = malloc(digits + 3);
    if (text == NULL) return -1;
    char *cursor = text;
    *cursor++ = ' ';
    for (long i = 0; i < digits; i++) *cursor++ = (char)('1' + i);
    *cursor = '\0';
    long value = 0;
    cursor = skip_spaces(text);
    while (*cursor != '\0') value = value * 10 + *cursor++ - '0';
    free(text);
    return value;
}

int main(void) {
    printf("%ld\n", parse_number(4));
    return 0;
}
