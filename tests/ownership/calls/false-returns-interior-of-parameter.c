#include <stdio.h>
#include <stdlib.h>

static char *skip_blank(char *text) {
    if (text[0] == ' ') return &text[1];
    return NULL;
}

int main(void) {
    char *text = malloc(3);
    if (text == NULL) return 1;
    text[0] = ' ';
    text[1] = 'a';
    char *word = skip_blank(text);
    if (word != NULL) printf("%c\n", word[0]);
    free(word);
    free(text);
    return 0;
}
