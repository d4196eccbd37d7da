#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static long run(long rounds) {
    bool pending = false;
    long *job = NULL, done = 0;
    for (long i = 0; i < rounds; i++) {
        if (pending) {
            done += *job;
            free(job);
            pending = false;
        }
        if (i % 2 == 0) {
            job = malloc(sizeof *job);
            if (job == NULL) return -1;
            *job = i;
            pending = true;
        }
    }
    if (pending) free(job);
    return done;
}

int main(void) {
    printf("%ld%ld%ld%ld\n", run(0), run(1), run(6), run(7));
    return 0;
}
