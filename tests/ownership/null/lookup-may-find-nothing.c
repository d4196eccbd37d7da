#include <stdio.h>
#include <stdlib.h>

enum { NAMES = 3 };

static char *find_name(long id) {
    if (id < 0 || id >= NAMES) return NULL;
    char *name = malloc(8);
    if (name == NULL) return NULL;
    name[0] = (char)(65 + id);
    name[1] = '\0';
    return name;
}

static void greet(long id) {
    char *name = find_name(id);
    if (name == NULL) puts("nobody");
    else printf("hello %s\n", name);
    free(name);
}

int main(void) {
    greet(1);
    greet(7);
    return 0;
}
