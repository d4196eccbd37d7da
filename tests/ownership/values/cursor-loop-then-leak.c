#include <stdio.h>
#include <stdlib.h>

int main(void) {
    char *text = malloc(80), *end, *cursor;
    if (text == NULL) return 1;
    end = &text[79];
    for (cursor = text; cursor != end; cursor++) *cursor = '-';
    *end = '\0';
    puts(text);
    return 0;
}
