#include <stdio.h>
#include <stdlib.h>

enum kind { NUMBER, BOX, LIST };

static int describe(enum kind kind) {
    char *text = NULL;
    if (kind != NUMBER) {
        text = malloc(8);
        if (text == NULL) return -1;
        text[0] = 'v';
        text[1] = '\0';
    }
    switch (kind) {
    case NUMBER: puts("number"); break;
    case BOX: printf("box %s\n", text); free(text); break;
    case LIST: printf("list %s\n", text); break;
    }
    return 0;
}

int main(void) {
    describe(NUMBER);
    describe(BOX);
    return describe(LIST);
}
