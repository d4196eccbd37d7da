#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *longer(char *a, char *b) {
    return strlen(a) > strlen(b) ? a : b;
}

static char *repeat(char letter, size_t n) {
    char *text = malloc(n + 1);
    if (text == NULL) abort();
    memset(text, letter, n);
    text[n] = '\0';
    return text;
}

int main(void) {
    char *a = repeat('a', 3);
    char *b = repeat('b', 5);
    char *winner = longer(a, b);
    puts(winner);
    char *again = winner != a ? b : a;
    puts(again);
    free(a);
    free(b);
    return 0;
}
