#include <stdio.h>
#include <stdlib.h>

struct screen { long *front, *back; };

static void flip(struct screen *s) {
    long *shown = s->front;
    s->front = s->back;
    s->back = shown;
}

int main(int argc, char **argv) {
    (void)argv;
    struct screen s = {malloc(64), malloc(64)};
    if (s.front == NULL || s.back == NULL) abort();
    s.front[0] = 1;
    s.back[0] = 2;
    if (argc > 1) flip(&s);
    long *kept = s.front;
    s.front = s.back;
    s.back = kept;
    printf("%ld\n", s.front[0]);
    free(s.front);
    free(s.back);
    return 0;
}
