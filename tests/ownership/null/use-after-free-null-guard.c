#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct entry { long key, hits; };

static long lookup(long key) {
    struct entry *entry = malloc(sizeof *entry);
    if (entry == NULL) return -1;
    entry->key = key;
    entry->hits = 1;
    bool expired = entry->key > 9;
    if (expired) free(entry);
    long hits = 0;
    if (entry != NULL) hits = entry->hits;
    if (!expired) free(entry);
    return hits;
}

int main(void) {
    printf("%ld\n", lookup(1));
    return (int)lookup(12);
}
