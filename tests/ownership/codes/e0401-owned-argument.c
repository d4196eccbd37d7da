#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *copy(const char *text) {
    char *made = malloc(strlen(text) + 1);
    if (made == NULL) exit(1);
    return strcpy(made, text);
}

int main(void) {
    printf("%zu\n", strlen(copy("four")));
    return 0;
}
