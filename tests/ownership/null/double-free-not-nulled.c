#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static long reload(bool stale) {
    long *config = malloc(4 * sizeof *config);
    if (config == NULL) return -1;
    config[0] = 3;
    long value = config[0];
    if (stale) {
        puts("dropping stale configuration");
        free(config);
    }
    if (config != NULL) {
        value++;
        free(config);
    }
    return value;
}

int main(void) {
    printf("%ld\n", reload(false));
    return (int)reload(true);
}
