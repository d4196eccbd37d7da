#include <stdio.h>
#include <stdlib.h>

static void pong(long *ball);

static void ping(long *ball) {
    if (*ball <= 0) {
        free(ball);
        return;
    }
    *ball = *ball - 1;
    pong(ball);
}

static void pong(long *ball) {
    printf("%ld ", *ball);
    ping(ball);
}

int main(void) {
    long *ball = malloc(sizeof *ball);
    if (ball == NULL) return 1;
    *ball = 3;
    ping(ball);
    puts("over");
    return 0;
}
