#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static void require(bool holds, const char *what) {
    if (!holds) {
        printf("not so: %s\n", what);
        abort();
    }
}

static int average(int *numbers, int n) {
    int *sums, result;
    require(n > 0, "there are numbers");
    sums = malloc(n * sizeof(int));
    require(sums != NULL, "there is memory");
    sums[0] = numbers[0];
    for (int i = 1; i < n; i++) {
        sums[i] = sums[i - 1] + numbers[i];
        require(sums[i] >= sums[i - 1], "no number is negative");
    }
    result = sums[n - 1] / n;
    free(sums);
    return result;
}

int main(void) {
    int numbers[3] = {1, 2, 6};
    return average(&numbers[0], 3) - 3;
}
