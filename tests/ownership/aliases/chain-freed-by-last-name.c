#include <stdio.h>
#include <stdlib.h>

struct header { long length, kind; };

static long frame(long kind) {
    void *raw = malloc(64);
    if (raw == NULL) return -1;
    char *bytes = raw;
    struct header *header = (struct header *)bytes;
    long *words = (long *)header;
    header->length = 64;
    header->kind = kind;
    long total = words[0] + words[1];
    bytes[63] = 'z';
    free(words);
    return total;
}

int main(void) {
    printf("%ld\n", frame(3));
    return 0;
}
