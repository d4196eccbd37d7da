#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct parser { const char *text; int at; bool failed; };

int main(void) {
    struct parser *parser = malloc(sizeof *parser);
    int depth = 0;
    if (parser == NULL) return 1;
    parser->text = "(()())";
    parser->at = 0;
    parser->failed = false;
    while (parser->text[parser->at] != '\0') {
        if (parser->text[parser->at] == '(') depth++; else depth--;
        if (depth < 0) {
            int at = parser->at;
            free(parser);
            printf("unbalanced at %d\n", at);
            exit(1);
        }
        parser->at++;
    }
    printf("%d\n", parser->at);
    free(parser);
    return 0;
}
