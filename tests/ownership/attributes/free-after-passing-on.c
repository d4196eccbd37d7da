#include <stdio.h>
#include <stdlib.h>

struct job { long id, cost; };

static void run_slowly(struct job *job) {
    printf("slow %ld\n", job->id);
    free(job);
}

static void run(struct job *job, long limit) {
    long cost = job->cost;
    if (cost > limit) run_slowly(job);
    free(job);
}

int main(int argc, char **argv) {
    (void)argv;
    struct job *job = malloc(sizeof *job);
    if (job == NULL) return 1;
    job->id = 1;
    job->cost = argc * 10;
    run(job, 5);
    return 0;
}
