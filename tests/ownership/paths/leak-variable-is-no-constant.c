#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static bool dry_run = false;

static long install(long files) {
    long *names = malloc(files * sizeof *names);
    if (names == NULL) return -1;
    names[0] = files;
    if (dry_run) {
        printf("would install %ld\n", names[0]);
        return 0;
    }
    long done = names[0];
    free(names);
    return done;
}

int main(int argc, char **argv) {
    (void)argv;
    if (argc > 1) dry_run = true;
    printf("%ld\n", install(3));
    return 0;
}
