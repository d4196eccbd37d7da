#include <stdio.h>
#include <stdlib.h>

struct slot { long *data; int used; };

int main(void) {
    struct slot slots[2] = {{NULL, 0}, {NULL, 0}};
    slots[0].data = malloc(8);
    slots[1].data = malloc(16);
    if (slots[0].data == NULL || slots[1].data == NULL) abort();
    *slots[0].data = 1;
    slots[1].data[1] = 2;
    printf("%ld\n", *slots[0].data + slots[1].data[1]);
    free(slots[1].data);
    return 0;
}
