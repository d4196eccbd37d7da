#include <stdio.h>

static int *current;

static void show(void) {
    if (current != NULL) printf("level %d\n", *current);
}

static void enter(int depth) {
    int level = depth + 1;
    int *before = current;
    current = &level;
    show();
    if (depth < 2) enter(level);
    current = before;
}

int main(void) {
    enter(0);
    show();
    return 0;
}
