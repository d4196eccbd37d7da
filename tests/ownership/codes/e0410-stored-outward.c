#include <stdio.h>

struct event { int *code; int kind; };

static void fill(struct event *event, int code) {
    int copy = code;
    event->kind = 2;
    event->code = &copy;
}

int main(void) {
    struct event event;
    fill(&event, 3);
    printf("%d\n", *event.code);
    return event.kind - 2;
}
