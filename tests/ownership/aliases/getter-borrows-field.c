#include <stdio.h>
#include <stdlib.h>

struct text { char *data; long length; };

static char *data_of(struct text *text) {
    return text->data;
}

static char *last_of(struct text *text) {
    return &text->data[text->length - 1];
}

int main(void) {
    struct text text = { malloc(4), 4 };
    if (text.data == NULL) return 1;
    char *bytes = data_of(&text);
    bytes[0] = 'a';
    *last_of(&text) = 'z';
    printf("%d %d\n", bytes[0], bytes[3]);
    free(data_of(&text));
    text.data = NULL;
    text.length = 0;
    return 0;
}
