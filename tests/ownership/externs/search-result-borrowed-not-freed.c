#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    char *pair = strdup("key=value");
    if (pair == NULL) return 1;
    char *sign = strchr(pair, '=');
    if (sign != NULL) *sign = '\0';
    puts(pair);
    free(pair);
    return 0;
}
