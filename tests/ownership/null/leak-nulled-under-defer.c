#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static int upload(bool cancelled) {
    int result = 0;
    char *chunk = malloc(256);
    if (chunk == NULL) return -1;
    chunk[0] = 'u';
    if (cancelled) {
        puts("cancelled");
        chunk = NULL;
        goto out;
    }
    result = chunk[0];
out:
    free(chunk);
    return result;
}

int main(int argc, char **argv) {
    (void)argv;
    printf("%d\n", upload(argc > 1));
    return 0;
}
