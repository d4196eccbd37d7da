#include <stdbool.h>
#include <stdlib.h>

static int words(const char *text) {
    bool inside = false;
    char *word = NULL;
    int count = 0;
    for (; *text != '\0'; text++) {
        if (!inside && *text != ' ') {
            word = malloc(8);
            if (word == NULL) exit(1);
            word[0] = *text;
            inside = true;
        } else if (inside && *text == ' ') {
            free(word);
            inside = false;
            count++;
        }
    }
    if (inside) {
        free(word);
        count++;
    }
    return count;
}

int main(void) { return words("to be or not") - 4; }
