#include <stdio.h>
#include <stdlib.h>

static void publish(char *text) {
    puts(text);
    free(text);
}

int main(void) {
    char *text = malloc(3), *end;
    if (text == NULL) return 1;
    text[0] = 'o';
    text[1] = 'k';
    text[2] = '\0';
    end = &text[2];
    publish(text);
    *end = '!';
    return 0;
}
