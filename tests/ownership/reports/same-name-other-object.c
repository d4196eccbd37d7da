#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int *p = malloc(sizeof(int));
    uintptr_t old;
    if (p == NULL) return 1;
    old = (uintptr_t)p;
    *p = 1;
    free(p);
    p = malloc(sizeof(int));
    if (p == NULL) return 1;
    *p = 2;
    if ((uintptr_t)p == old) puts("the same address");
    printf("%d\n", *p);
    free(p);
    return 0;
}
