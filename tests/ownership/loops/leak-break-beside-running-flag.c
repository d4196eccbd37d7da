#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static long count_down(long from) {
    long *counter = malloc(sizeof *counter);
    if (counter == NULL) return -1;
    *counter = from;
    long rounds = 0;
    bool running = true;
    while (running) {
        rounds++;
        if (rounds > 6) break;
        *counter -= 1;
        if (*counter < 0) {
            free(counter);
            running = false;
        }
    }
    return rounds;
}

int main(void) {
    printf("%ld%ld\n", count_down(0), count_down(9));
    return 0;
}
