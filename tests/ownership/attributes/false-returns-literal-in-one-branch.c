#include <stdio.h>
#include <stdlib.h>

static char *name_of(long n) {
    if (n == 1) return "one";
    char *text = malloc(2);
    if (text == NULL) abort();
    text[0] = '?';
    text[1] = '\0';
    return text;
}

int main(int argc, char **argv) {
    (void)argv;
    char *text = name_of(argc);
    puts(text);
    free(text);
    return 0;
}
