#include <stdio.h>
#include <stdlib.h>

struct builder { char *bytes; long length, room; };

static void grow(struct builder *b) {
    char *larger = malloc(b->room * 2);
    if (larger == NULL) abort();
    for (long i = 0; i < b->length; ++i) larger[i] = b->bytes[i];
    free(b->bytes);
    b->bytes = larger;
    b->room = b->room * 2;
}

int main(void) {
    struct builder b = {malloc(2), 1, 2};
    if (b.bytes == NULL) return 1;
    b.bytes[0] = 'a';
    char *text = b.bytes;
    grow(&b);
    printf("%c\n", b.bytes[0]);
    printf("%c\n", text[0]);
    free(b.bytes);
    return 0;
}
