#include <stdlib.h>

struct text { char *data; long length; };

static char *last_of(struct text *text) {
    return &text->data[text->length - 1];
}

static void clear(struct text *text) {
    free(text->data);
    text->data = NULL;
    text->length = 0;
}

int main(void) {
    struct text text = { malloc(4), 4 };
    if (text.data == NULL) return 1;
    char *last = last_of(&text);
    *last = 'z';
    clear(&text);
    *last = 'y';
    return 0;
}
