#include <stdio.h>
#include <stdlib.h>

struct reader { char *cursor; long left; };

int main(void) {
    char *text = malloc(6);
    if (text == NULL) return 1;
    text[0] = 'q';
    struct reader r = {text, 6};
    r.cursor = &r.cursor[1];
    r.left = r.left - 1;
    printf("%ld\n", r.left);
    free(r.cursor);
    return 0;
}
