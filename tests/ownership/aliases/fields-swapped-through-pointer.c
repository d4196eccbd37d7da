#include <stdio.h>
#include <stdlib.h>

struct screen { char *front, *back; long width; };

static void flip(struct screen *screen) {
    char *shown = screen->front;
    screen->front = screen->back;
    screen->back = shown;
}

int main(void) {
    struct screen screen = { malloc(8), malloc(8), 8 };
    if (screen.front == NULL || screen.back == NULL) abort();
    screen.front[0] = 'f';
    screen.back[0] = 'b';
    flip(&screen);
    printf("%d\n", screen.front[0]);
    flip(&screen);
    printf("%d\n", screen.front[0]);
    free(screen.front);
    free(screen.back);
    return 0;
}
