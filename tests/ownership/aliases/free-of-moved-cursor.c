#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static int show_path(bool absolute) {
    char *path = malloc(8);
    if (path == NULL) return 1;
    path[0] = '/';
    path[1] = 'a';
    path[2] = '\0';
    if (!absolute) path++;
    puts(path);
    free(path);
    return 0;
}

int main(void) {
    show_path(true);
    return show_path(false);
}
