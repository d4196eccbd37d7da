#include <stdio.h>
#include <stdlib.h>

struct builder { char *bytes; long length, room; };

static void append(struct builder *b, char letter) {
    if (b->length + 1 >= b->room) {
        long room = b->room * 2;
        char *larger = malloc(room);
        if (larger == NULL) abort();
        for (long i = 0; i < b->length; ++i) larger[i] = b->bytes[i];
        free(b->bytes);
        b->bytes = larger;
        b->room = room;
    }
    b->bytes[b->length] = letter;
    b->length = b->length + 1;
    b->bytes[b->length] = '\0';
}

int main(void) {
    struct builder b = {malloc(2), 0, 2};
    if (b.bytes == NULL) return 1;
    for (int i = 0; i < 9; ++i) append(&b, 'l');
    printf("%s %ld\n", b.bytes, b.room);
    free(b.bytes);
    return 0;
}
