#include <stdio.h>
#include <stdlib.h>

static long load(long step) {
    long *header = NULL, *body = NULL, *index = NULL;
    long status = -1;
    if (step <= 0) goto out;
    if ((header = malloc(sizeof *header)) == NULL) goto out;
    *header = step;
    if (step <= 1) goto out;
    if ((body = malloc(4 * sizeof *body)) == NULL) goto out;
    body[0] = *header;
    if (step <= 2) goto out;
    if ((index = malloc(8 * sizeof *index)) == NULL) goto out;
    index[7] = body[0];
    status = index[7];
out:
    free(index);
    free(body);
    free(header);
    return status;
}

int main(void) {
    printf("%ld%ld%ld%ld\n", load(0), load(1), load(2), load(3));
    return 0;
}
