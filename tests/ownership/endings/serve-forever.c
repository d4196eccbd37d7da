#include <stdio.h>
#include <stdlib.h>

int main(void) {
    char *line = malloc(80);
    int length = 0;
    if (line == NULL) return 1;
    for (;;) {
        int c = getchar();
        if (c == '\n' || length == 79) {
            line[length] = '\0';
            puts(line);
            length = 0;
            continue;
        }
        line[length++] = (char)c;
    }
}
