#include <stdlib.h>

static int close_session(int code) {
    int *session = malloc(sizeof(int));
    if (session == NULL) return -1;
    *session = code;
    free(session);
    if (code > 0) {
        free(session);
        return 1;
    }
    free(session);
    return 0;
}

int main(void) { return close_session(0); }
