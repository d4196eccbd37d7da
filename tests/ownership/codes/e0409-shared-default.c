#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct settings { int width; bool color; };

static struct settings defaults = {80, true};

static struct settings *load(bool found) {
    struct settings *settings;
    if (!found) return &defaults;
    settings = malloc(sizeof *settings);
    if (settings == NULL) exit(1);
    settings->width = 100;
    settings->color = false;
    return settings;
}

int main(void) {
    struct settings *settings = load(false);
    printf("%d\n", settings->width);
    free(settings);
    return 0;
}
