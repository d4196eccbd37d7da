#include <stdio.h>
#include <stdlib.h>

struct entry { long key; struct entry *next; };

static long last_match(struct entry *list, long key) {
    long *index = malloc(8 * sizeof *index);
    if (index == NULL) return -2;
    index[0] = key;
    struct entry *match = NULL;
    for (struct entry *at = list; at != NULL; at = at->next) {
        if (at->key != key) continue;
        if (match == NULL) free(index);
        match = at;
    }
    if (match == NULL) {
        free(index);
        return -1;
    }
    return match->key;
}

int main(void) {
    struct entry c = { 3, NULL }, b = { 3, &c }, a = { 1, &b };
    printf("%ld %ld %ld\n", last_match(&a, 3), last_match(&a, 2), last_match(&a, 1));
    return 0;
}
