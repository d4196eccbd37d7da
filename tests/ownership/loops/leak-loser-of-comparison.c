#include <stdio.h>
#include <stdlib.h>

struct candidate { long id, score; };

static long best_of(long n) {
    struct candidate *best = NULL;
    for (long i = 0; i < n; i++) {
        struct candidate *next = malloc(sizeof *next);
        if (next == NULL) break;
        next->id = i;
        next->score = (i * 4) % 11;
        if (best == NULL || next->score > best->score) {
            best = next;
        } else {
            free(next);
        }
    }
    if (best == NULL) return -1;
    long id = best->id;
    free(best);
    return id;
}

int main(void) {
    printf("%ld\n", best_of(9));
    return 0;
}
