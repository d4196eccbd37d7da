#include <stdio.h>
#include <stdlib.h>

static int classify(int n) {
    int *seen = malloc(4 * sizeof(int));
    if (seen == NULL) return -1;
    seen[0] = n;
    if (n < 0) return 0;
    if (n == 0) return 1;
    switch (n) {
    case 1: return 2;
    case 2: case 3: puts("few"); return 3;
    default: puts("many");
    }
    return seen[0];
}

int main(void) { return classify(-5); }
