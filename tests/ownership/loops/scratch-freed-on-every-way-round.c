#include <stdio.h>
#include <stdlib.h>

static int tokenize(const char *text) {
    int tokens = 0;
    for (long i = 0; text[i] != '\0'; i++) {
        char *token = malloc(2);
        if (token == NULL) return -1;
        token[0] = text[i];
        token[1] = '\0';
        if (token[0] == ' ') {
            free(token);
            continue;
        }
        if (token[0] == ';') {
            puts("end of statement");
            free(token);
            break;
        }
        puts(token);
        free(token);
        tokens++;
    }
    return tokens;
}

int main(void) {
    printf("%d\n", tokenize("a = b; c"));
    return 0;
}
