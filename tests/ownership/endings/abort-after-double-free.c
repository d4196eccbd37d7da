#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    int *cache = malloc(4 * sizeof(int));
    (void)argv;
    if (cache == NULL) return 1;
    cache[0] = argc;
    if (argc > 1) {
        free(cache);
        puts("cache is broken");
        free(cache);
        abort();
    }
    printf("%d\n", cache[0]);
    free(cache);
    return 0;
}
