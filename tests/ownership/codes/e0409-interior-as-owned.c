#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *skip(char *text, int n) { return &text[n]; }

int main(void) {
    char *text = malloc(4), *rest;
    if (text == NULL) return 1;
    strcpy(text, "-a");
    rest = skip(text, 1);
    puts(rest);
    free(rest);
    free(text);
    return 0;
}
