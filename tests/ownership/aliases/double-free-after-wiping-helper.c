#include <stdio.h>
#include <stdlib.h>

struct key { long *bytes; long length; };

static void wipe(long *bytes, long length) {
    for (long i = 0; i < length; i++) bytes[i] = 0;
}

static void forget(struct key *key) {
    wipe(key->bytes, key->length);
    free(key->bytes);
}

int main(void) {
    long *bytes = malloc(4 * sizeof *bytes);
    if (bytes == NULL) return 1;
    struct key key = { bytes, 4 };
    bytes[0] = 77;
    printf("%ld\n", key.bytes[0]);
    forget(&key);
    free(bytes);
    return 0;
}
