#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *copy(const char *text) {
    char *made = malloc(strlen(text) + 1);
    if (made == NULL) exit(1);
    return strcpy(made, text);
}

static char *name_of(int color) {
    switch (color) {
    case 0: return copy("red");
    case 1: return copy("green");
    default: return copy("unknown");
    }
}

int main(void) {
    for (int color = 0; color < 3; color++) {
        char *name = name_of(color);
        puts(name);
        free(name);
    }
    return 0;
}
