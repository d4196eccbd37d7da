#include <stdio.h>
#include <stdlib.h>

static void swap(long **a, long **b) {
    long *spare = *a;
    *a = *b;
    *b = spare;
}

int main(void) {
    long *front = malloc(4 * sizeof *front);
    long *back = malloc(4 * sizeof *back);
    if (front == NULL || back == NULL) abort();
    front[0] = 1;
    back[0] = 2;
    swap(&front, &back);
    printf("%ld%ld\n", front[0], back[0]);
    swap(&front, &back);
    printf("%ld%ld\n", front[0], back[0]);
    free(front);
    free(back);
    return 0;
}
