#include <stdio.h>
#include <stdlib.h>

struct cell { long value; struct cell *below; };

static long run(const char *code) {
    struct cell *top = NULL;
    long result = 0;
    for (; *code != '\0'; code++) {
        if (*code == '+') {
            if (top == NULL || top->below == NULL) break;
            struct cell *below = top->below;
            below->value += top->value;
            free(top);
            top = below;
        } else if (*code == '.') {
            if (top != NULL) result = top->value;
        } else if (*code != ' ') {
            struct cell *cell = malloc(sizeof *cell);
            if (cell == NULL) break;
            cell->value = *code - '0';
            cell->below = top;
            top = cell;
        }
    }
    while (top != NULL) {
        struct cell *below = top->below;
        free(top);
        top = below;
    }
    return result;
}

int main(void) {
    printf("%ld%ld%ld\n", run("12+3+."), run("+4."), run("1 2 ."));
    return 0;
}
