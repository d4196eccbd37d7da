#include <stdio.h>
#include <stdlib.h>

struct job { long id, cost; };

static void run_slowly(struct job *job) {
    printf("slow %ld\n", job->id);
    free(job);
}

static void run(struct job *job) {
    if (job->cost > 10) {
        run_slowly(job);
    } else {
        printf("fast %ld\n", job->id);
        free(job);
    }
}

int main(int argc, char **argv) {
    (void)argv;
    for (long i = 0; i < 3; ++i) {
        struct job *job = malloc(sizeof *job);
        if (job == NULL) return 1;
        job->id = i;
        job->cost = i * 8 * argc;
        run(job);
    }
    return 0;
}
