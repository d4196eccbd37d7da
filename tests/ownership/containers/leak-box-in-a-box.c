#include <stdio.h>
#include <stdlib.h>

struct inner { long *payload; };
struct outer { struct inner *inner; };

int main(void) {
    struct outer *outer = malloc(sizeof *outer);
    if (outer == NULL) return 1;
    outer->inner = malloc(sizeof *outer->inner);
    if (outer->inner == NULL) abort();
    outer->inner->payload = malloc(8);
    if (outer->inner->payload == NULL) abort();
    *outer->inner->payload = 11;
    printf("%ld\n", *outer->inner->payload);
    free(outer->inner);
    free(outer);
    return 0;
}
