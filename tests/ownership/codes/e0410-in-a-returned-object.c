#include <stdio.h>
#include <stdlib.h>

struct event { int *origin, code; };

static struct event *event(int line) {
    struct event *made = malloc(sizeof *made);
    if (made == NULL) exit(1);
    made->origin = &line;
    made->code = 7;
    return made;
}

int main(void) {
    struct event *got = event(3);
    printf("%d\n", *got->origin);
    free(got);
    return 0;
}
