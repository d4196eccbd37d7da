#include <stdio.h>
#include <stdlib.h>

static int classify(int n) {
    int *seen = malloc(4 * sizeof(int));
    int first;
    if (seen == NULL) return -1;
    seen[0] = n;
    if (n < 0) { free(seen); return 0; }
    if (n == 0) { free(seen); return 1; }
    switch (n) {
    case 1: free(seen); return 2;
    case 2: case 3: free(seen); puts("few"); return 3;
    default: puts("many");
    }
    first = seen[0];
    free(seen);
    return first;
}

int main(void) { return classify(-5) + classify(0) + classify(1) + classify(3) + classify(7) - 13; }
