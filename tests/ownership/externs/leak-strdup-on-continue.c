#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    size_t total = 0;
    for (int i = 0; i < 3; ++i) {
        char *copy = strdup("lantern");
        if (copy == NULL) continue;
        copy[i] = '\0';
        if (strlen(copy) == 0) continue;
        total = total + strlen(copy);
        free(copy);
    }
    printf("%zu\n", total);
    return 0;
}
