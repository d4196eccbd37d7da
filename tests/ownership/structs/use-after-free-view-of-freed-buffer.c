#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct slice { char *start; long length; };

int main(void) {
    char *text = malloc(6);
    if (text == NULL) return 1;
    memset(text, 'b', 6);
    struct slice tail = {&text[4], 2};
    free(text);
    printf("%ld\n", tail.length);
    printf("%c\n", tail.start[0]);
    return 0;
}
