#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    char *a = malloc(8);
    char *b = malloc(8);
    if (a == NULL || b == NULL) abort();
    memset(a, 65, 8);
    memcpy(b, a, 8);
    printf("%d\n", b[7]);
    free(a);
    free(b);
    return 0;
}
