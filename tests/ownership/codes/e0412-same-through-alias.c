#include <stdlib.h>

static int join(char *a, char *b) {
    int sum = a[0] + b[0];
    free(a);
    free(b);
    return sum;
}

int main(void) {
    char *text = malloc(4), *other;
    if (text == NULL) return 1;
    text[0] = 'a';
    other = text;
    return join(text, other);
}
