#include <stdio.h>
#include <stdlib.h>

struct candidate { long id, score; };

static struct candidate *best_of(long n) {
    struct candidate *best = NULL;
    for (long i = 0; i < n; i++) {
        struct candidate *next = malloc(sizeof *next);
        if (next == NULL) break;
        next->id = i;
        next->score = (i * 37) % 11;
        if (best == NULL) {
            best = next;
        } else if (next->score > best->score) {
            free(best);
            best = next;
        } else {
            free(next);
        }
    }
    return best;
}

int main(void) {
    struct candidate *best = best_of(9);
    if (best == NULL) return 1;
    printf("%ld: %ld\n", best->id, best->score);
    free(best);
    return 0;
}
