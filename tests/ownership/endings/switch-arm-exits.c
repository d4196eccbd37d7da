#include <stdio.h>
#include <stdlib.h>

enum kind { NUMBER, NAME, BAD };

static int describe(enum kind kind) {
    char *text = malloc(2);
    if (text == NULL) return 0;
    text[0] = 'n';
    text[1] = '\0';
    switch (kind) {
    case NUMBER: free(text); return 1;
    case NAME: puts(text); break;
    case BAD: puts("bad"); exit(3);
    }
    free(text);
    return 2;
}

int main(void) { return describe(NUMBER) + describe(NAME) - 3; }
