#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    char *text = malloc(4);
    if (text == NULL) return 1;
    strcpy(text, "  x");
    while (*text == ' ') text++;
    puts(text);
    free(text);
    return 0;
}
