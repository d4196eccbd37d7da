#include <stdio.h>
#include <stdlib.h>

struct event { int *origin, code; };

static void show(struct event *event) { printf("%d from %d\n", event->code, *event->origin); }

static struct event *event(int line) {
    struct event *made = malloc(sizeof *made);
    if (made == NULL) exit(1);
    made->origin = &line;
    made->code = 7;
    show(made);
    made->origin = NULL;
    return made;
}

int main(void) {
    struct event *got = event(3);
    printf("%d\n", got->code);
    free(got);
    return 0;
}
