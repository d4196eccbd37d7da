#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
    (void)argv;
    char *name = strdup("nobody");
    if (argc > 0) name = strdup("somebody");
    if (name != NULL) puts(name);
    free(name);
    return 0;
}
