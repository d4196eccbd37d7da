#include <stdio.h>
#include <stdlib.h>

struct parser { int depth, at; };

static void warn(int at) { printf("unbalanced at %d\n", at); }

static int scan(const char *text) {
    struct parser *parser = malloc(sizeof *parser);
    int at;
    if (parser == NULL) return -1;
    parser->depth = 0;
    parser->at = 0;
    if (text[0] == ')') {
        free(parser);
        warn(0);
    }
    at = parser->at;
    free(parser);
    return at;
}

int main(void) { return scan(")("); }
