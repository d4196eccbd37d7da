#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static int load(bool whole) {
    char *file = malloc(128);
    if (file == NULL) return -1;
    file[0] = 'f';
    if (!whole) {
        free(file);
        return 1;
    }
    int lines = 0;
    for (int i = 0; i < 4; i++) {
        file[i] = (char)i;
        lines++;
    }
    return lines;
}

int main(int argc, char **argv) {
    (void)argv;
    printf("%d\n", load(argc > 1));
    return 0;
}
