#include <stdio.h>
#include <stdlib.h>

static int *checked(int *p) {
    if (*p < 0) *p = 0;
    return p;
}

int main(void) {
    int *raw = malloc(sizeof(int)), *value;
    if (raw == NULL) return 1;
    *raw = -4;
    value = checked(raw);
    printf("%d\n", *value);
    free(value);
    free(raw);
    return 0;
}
