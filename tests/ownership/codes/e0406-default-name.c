#include <stdio.h>
#include <stdlib.h>

static int label(int id) {
    char *name = "nobody";
    if (id > 0) {
        name = malloc(2);
        if (name == NULL) return -1;
        name[0] = (char)(64 + id);
        name[1] = '\0';
    }
    puts(name);
    free(name);
    return id;
}

int main(void) { return label(0); }
