#include <stdio.h>
#include <stdlib.h>

struct job { long id, cost; };

static int run(struct job *job, long budget) {
    if (job->cost > budget) return 0;
    printf("job %ld\n", job->id);
    free(job);
    return 1;
}

int main(int argc, char **argv) {
    (void)argv;
    struct job *job = malloc(sizeof *job);
    if (job == NULL) return 1;
    job->id = 7;
    job->cost = argc;
    if (run(job, 1)) puts("done");
    return 0;
}
