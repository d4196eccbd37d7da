#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    char *secret = malloc(16);
    if (secret == NULL) return 1;
    secret[0] = 's';
    printf("%c\n", secret[0]);
    free(secret);
    memset(secret, 0, 16);
    return 0;
}
