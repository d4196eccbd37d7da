#include <stdio.h>
#include <stdlib.h>

static void finish(int *first, int *last) {
    printf("%d to %d\n", *first, *last);
    free(first);
    free(last);
}

static void run(int parts) {
    int *first = malloc(sizeof(int)), *last;
    if (first == NULL) exit(1);
    *first = 1;
    last = first;
    if (parts > 1) {
        last = malloc(sizeof(int));
        if (last == NULL) exit(1);
        *last = parts;
    }
    finish(first, last);
}

int main(void) {
    run(1);
    return 0;
}
