#include <stdio.h>
#include <stdlib.h>

static long convolve(long n) {
    long last = -1;
    long *kernel = NULL, *result = NULL;
    long *signal = malloc(n * sizeof *signal);
    if (signal == NULL) goto out;
    kernel = malloc(3 * sizeof *kernel);
    if (kernel == NULL) goto free_signal;
    result = malloc(n * sizeof *result);
    if (result == NULL) goto free_kernel;
    for (long i = 0; i < n; i++) signal[i] = i;
    for (long i = 0; i < 3; i++) kernel[i] = i + 1;
    for (long i = 0; i < n; i++) result[i] = signal[i] * kernel[i % 3];
    last = result[n - 1];
    free(result);
free_kernel:
    free(kernel);
free_signal:
    free(signal);
out:
    return last;
}

int main(void) {
    printf("%ld\n", convolve(6));
    return 0;
}
