#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct slice { const char *text; bool owned; };

static void show(const char *text, bool copy) {
    struct slice slice = { text, false };
    if (copy) {
        char *own = malloc(4);
        if (own == NULL) return;
        own[0] = text[0];
        own[1] = '\0';
        slice.text = own;
        slice.owned = true;
    }
    puts(slice.text);
    if (slice.owned) free((void *)slice.text);
}

int main(void) {
    show("literal", false);
    show("copied", true);
    return 0;
}
