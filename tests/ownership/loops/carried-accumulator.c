#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long stars(long n) {
    char *text = malloc(1);
    if (text == NULL) return -1;
    text[0] = '\0';
    for (long length = 0; length < n; length++) {
        char *longer = malloc(length + 2);
        if (longer == NULL) break;
        memcpy(longer, text, length);
        longer[length] = '*';
        longer[length + 1] = '\0';
        free(text);
        text = longer;
    }
    puts(text);
    free(text);
    return n;
}

int main(void) {
    stars(0);
    return (int)stars(4) - 4;
}
