#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *setting(const char *name) {
    const char *value = getenv(name);
    if (value == NULL) return strdup("none");
    return strdup(value);
}

int main(void) {
    char *value = setting("LUMA_TEST_UNSET_VARIABLE");
    if (value == NULL) return 1;
    puts(value);
    free(value);
    return 0;
}
