#include <stdio.h>
#include <stdlib.h>

struct view { char *start; long length; };

static struct view after(char *text, long skip, long length) {
    return (struct view){&text[skip], length - skip};
}

int main(void) {
    char *text = malloc(4);
    if (text == NULL) return 1;
    text[2] = 'k';
    struct view v = after(text, 2, 4);
    printf("%c\n", v.start[0]);
    free(text);
    printf("%ld\n", v.length);
    printf("%c\n", v.start[0]);
    return 0;
}
