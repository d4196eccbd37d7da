#include <stdio.h>
#include <stdlib.h>

struct text { char *data; long length; };

static struct text make_text(long n) {
    struct text text = { malloc(n), n };
    if (text.data == NULL) abort();
    text.data[0] = 't';
    struct text result = text;
    free(text.data);
    return result;
}

int main(void) {
    struct text text = make_text(4);
    printf("%d\n", text.data[0]);
    free(text.data);
    return 0;
}
