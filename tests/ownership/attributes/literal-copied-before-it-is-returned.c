#include <stdio.h>
#include <stdlib.h>

static char *copy_of(const char *text) {
    size_t n = 0;
    while (text[n] != '\0') ++n;
    char *copy = malloc(n + 1);
    if (copy == NULL) abort();
    for (size_t i = 0; i <= n; ++i) copy[i] = text[i];
    return copy;
}

static char *name_of(long n) {
    if (n == 1) return copy_of("one");
    return copy_of("many");
}

int main(int argc, char **argv) {
    (void)argv;
    char *text = name_of(argc);
    puts(text);
    free(text);
    return 0;
}
