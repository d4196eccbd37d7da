#include <stdio.h>
#include <stdlib.h>

static long measure(long n) {
    long *samples = NULL;
    long result = 0;
    if (n == 0) goto out;
    samples = malloc(n * sizeof *samples);
    if (samples == NULL) goto out;
    for (long i = 0; i < n; i++) samples[i] = i * 3;
    if (n == 1) { result = samples[0]; goto out; }
    result = samples[n - 1] - samples[0];
out:
    free(samples);
    return result;
}

int main(void) {
    printf("%ld %ld %ld\n", measure(0), measure(1), measure(8));
    return 0;
}
