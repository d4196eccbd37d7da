#include <stdio.h>
#include <stdlib.h>

static long decode(long length) {
    long result = length;
    char *output = malloc(length + 1);
    if (output == NULL) return -1;
    output[0] = 'd';
    for (long i = 1; i < length; i++) {
        if (i == 10) {
            puts("input too long");
            free(output);
            result = -1;
            goto out;
        }
        output[i] = output[i - 1];
    }
out:
    free(output);
    return result;
}

int main(void) {
    printf("%ld\n", decode(5));
    printf("%ld\n", decode(50));
    return 0;
}
