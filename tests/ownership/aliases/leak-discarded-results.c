#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *copy_text(const char *text, size_t length) {
    char *copy = malloc(length + 1);
    if (copy == NULL) abort();
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

int main(void) {
    const char *text = "discarded";
    copy_text(text, 9);
    size_t n = strlen(copy_text(text, 4));
    printf("%zu\n", n);
    return 0;
}
