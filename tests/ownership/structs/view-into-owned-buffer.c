#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct slice { char *start; long length; };

static void print_slice(struct slice s) {
    printf("%.*s\n", (int)s.length, s.start);
}

int main(void) {
    char *text = malloc(6);
    if (text == NULL) return 1;
    memset(text, 'b', 6);
    struct slice whole = {text, 6};
    struct slice tail = {&text[4], 2};
    print_slice(whole);
    print_slice(tail);
    free(text);
    return 0;
}
