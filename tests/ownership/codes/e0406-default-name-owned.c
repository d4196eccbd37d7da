#include <stdio.h>
#include <stdlib.h>

static int label(int id) {
    char *owned = NULL;
    const char *name = "nobody";
    if (id > 0) {
        owned = malloc(2);
        if (owned == NULL) return -1;
        owned[0] = (char)(64 + id);
        owned[1] = '\0';
        name = owned;
    }
    puts(name);
    free(owned);
    return id;
}

int main(void) { return label(0) + label(3) - 3; }
