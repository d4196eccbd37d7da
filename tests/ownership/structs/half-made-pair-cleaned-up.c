#include <stdio.h>
#include <stdlib.h>

struct pair { long *keys, *values; };

static struct pair make_pair(long n) {
    long *keys = malloc(n * sizeof *keys);
    if (keys == NULL) return (struct pair){NULL, NULL};
    long *values = malloc(n * sizeof *values);
    if (values == NULL || n > 100) {
        free(keys);
        free(values);
        return (struct pair){NULL, NULL};
    }
    return (struct pair){keys, values};
}

int main(int argc, char **argv) {
    (void)argv;
    struct pair p = make_pair(argc * 60);
    if (p.keys == NULL) puts("no pair");
    free(p.values);
    free(p.keys);
    return 0;
}
