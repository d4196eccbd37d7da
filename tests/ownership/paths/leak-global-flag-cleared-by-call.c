#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static bool recording = true;
static long events = 0;

static void handle(long event) {
    events++;
    if (event == 9) recording = false;
}

static long session(long event) {
    long *tape = NULL;
    if (recording) {
        tape = malloc(16 * sizeof *tape);
        if (tape == NULL) return -1;
        tape[0] = event;
    }
    handle(event);
    if (recording) {
        printf("%ld\n", tape[0]);
        free(tape);
    }
    return events;
}

int main(void) {
    session(1);
    session(9);
    return (int)session(2) - 3;
}
