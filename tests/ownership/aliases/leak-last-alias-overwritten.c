#include <stdio.h>
#include <stdlib.h>

struct map { long cells; struct map *next; };

static long explore(long size) {
    struct map *map = malloc(sizeof *map);
    if (map == NULL) return -1;
    map->cells = size;
    struct map *current = map;
    struct map *previous = current;
    struct map *other = malloc(sizeof *other);
    if (other == NULL) abort();
    other->cells = size * 2;
    map = other;
    current = map;
    long total = previous->cells + current->cells;
    if (total > 20) previous = current;
    if (previous != current) free(previous);
    free(other);
    return total;
}

int main(void) {
    printf("%ld%ld\n", explore(3), explore(9));
    return 0;
}
