#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_token(const char *text, size_t length) {
    bool escaped = strchr(text, '\\') != NULL;
    const char *token = text;
    if (escaped) {
        char *copy = malloc(length + 1);
        if (copy == NULL) return;
        size_t w = 0;
        for (size_t r = 0; r < length; r++)
            if (text[r] != '\\') copy[w++] = text[r];
        copy[w] = '\0';
        token = copy;
    }
    puts(token);
    if (escaped) free((void *)token);
}

int main(void) {
    print_token("plain", 5);
    print_token("with\\ escape", 12);
    return 0;
}
