#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct job { long id; };

static void submit(struct job *job) {
    printf("job %ld\n", job->id);
    free(job);
}

static void prepare(long id, bool urgent) {
    struct job *job = malloc(sizeof *job);
    if (job == NULL) return;
    job->id = id;
    if (urgent) {
        submit(job);
        job = NULL;
    }
    if (job != NULL) printf("dropped %ld\n", job->id);
    free(job);
}

int main(void) {
    prepare(1, true);
    prepare(2, false);
    return 0;
}
