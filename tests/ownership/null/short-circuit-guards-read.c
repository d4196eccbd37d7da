#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static bool allowed(long limit) {
    long *quota = NULL;
    if (limit > 0) {
        quota = malloc(sizeof *quota);
        if (quota == NULL) return false;
        *quota = limit;
    }
    if (quota != NULL && *quota > 100) {
        free(quota);
        return false;
    }
    if (quota == NULL || *quota == 1) {
        free(quota);
        return true;
    }
    bool even = *quota % 2 == 0;
    free(quota);
    return even;
}

int main(void) {
    printf("%d%d%d%d\n", allowed(0), allowed(1), allowed(4), allowed(500));
    return 0;
}
