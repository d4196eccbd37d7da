#include <stdio.h>
#include <stdlib.h>

enum kind { RAW, PACKED, DELTA };

static long encode(enum kind kind, long value) {
    long *table = NULL;
    switch (kind) {
    case RAW: puts("raw"); break;
    case PACKED: table = malloc(4 * sizeof *table); if (table == NULL) return -1; table[0] = 3; break;
    case DELTA: table = malloc(8 * sizeof *table); if (table == NULL) return -1; table[0] = 5; break;
    default: return -1;
    }
    long result = value;
    if (kind != RAW) result = value * table[0];
    switch (kind) {
    case PACKED: case DELTA: free(table); break;
    case RAW: result++; break;
    }
    return result;
}

int main(void) {
    printf("%ld %ld %ld\n", encode(RAW, 7), encode(PACKED, 7), encode(DELTA, 7));
    return 0;
}
