#include <stdio.h>
#include <stdlib.h>

static int close_session(int code) {
    int *session = malloc(sizeof(int)), last;
    if (session == NULL) exit(1);
    *session = code;
    if (code > 0) {
        free(session);
        return 1;
    }
    if (code == 0) puts("idle");
    last = *session;
    free(session);
    return last;
}

int main(void) { return close_session(0) + close_session(1) + close_session(-1); }
