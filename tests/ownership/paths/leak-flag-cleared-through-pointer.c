#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct option { const char *name; bool *set; };

static void apply(struct option *option) {
    puts(option->name);
    *option->set = false;
}

static int run(bool verbose) {
    long *log = NULL;
    struct option option = { "verbose", &verbose };
    if (verbose) {
        log = malloc(4 * sizeof *log);
        if (log == NULL) return -1;
        log[0] = 1;
    }
    apply(&option);
    if (verbose) free(log);
    return 0;
}

int main(void) {
    run(false);
    return run(true);
}
