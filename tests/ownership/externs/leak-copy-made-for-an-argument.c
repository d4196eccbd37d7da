#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <string.h>

int main(void) {
    size_t n = strlen(strdup("short-lived"));
    printf("%zu\n", n);
    return 0;
}
