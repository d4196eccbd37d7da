#include <stdio.h>
#include <stdlib.h>

struct text { char *data; long length; };

static void shout(struct text text) {
    text.data[0] = '!';
    printf("%ld\n", text.length);
}

int main(void) {
    struct text original = { malloc(8), 8 };
    if (original.data == NULL) return 1;
    original.data[0] = 'a';
    struct text copy = original;
    shout(copy);
    free(original.data);
    copy.length = 0;
    copy.data[0] = 'b';
    return 0;
}
