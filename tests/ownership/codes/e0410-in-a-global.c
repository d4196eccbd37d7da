#include <stdio.h>

static int *current;

static void enter(int depth) {
    int level = depth + 1;
    current = &level;
}

int main(void) {
    enter(1);
    printf("%d\n", *current);
    return 0;
}
