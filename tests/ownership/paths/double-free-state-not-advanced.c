#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static long session(long host, bool quick) {
    bool open = false;
    long *socket = NULL;
    if (host > 0) {
        socket = malloc(sizeof *socket);
        if (socket == NULL) return -1;
        *socket = host;
        open = true;
    }
    long answer = 0;
    if (open && quick) {
        answer = *socket;
        free(socket);
    }
    if (open) {
        answer++;
        free(socket);
    }
    return answer;
}

int main(void) {
    printf("%ld %ld %ld\n", session(0, true), session(3, false), session(3, true));
    return 0;
}
