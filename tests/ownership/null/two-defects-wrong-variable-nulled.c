#include <stdlib.h>

static long transcode(long n) {
    long *input = malloc(n * sizeof *input);
    long *result = malloc(n * sizeof *result);
    if (input == NULL || result == NULL) abort();
    input[0] = n;
    result[0] = input[0] * 2;
    long value = result[0];
    free(input);
    result = NULL;
    free(result);
    free(input);
    return value;
}

int main(void) {
    return (int)transcode(4);
}
