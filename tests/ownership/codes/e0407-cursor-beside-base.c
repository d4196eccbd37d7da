#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    char *text = malloc(4), *cursor;
    if (text == NULL) return 1;
    strcpy(text, "  x");
    cursor = text;
    while (*cursor == ' ') cursor++;
    puts(cursor);
    free(text);
    return 0;
}
