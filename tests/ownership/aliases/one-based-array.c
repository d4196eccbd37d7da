#include <stdio.h>
#include <stdlib.h>

static long rank_scores(long n) {
    long *scores = malloc((n + 1) * sizeof *scores);
    if (scores == NULL) return -1;
    long *from_one = &scores[1];
    scores[0] = -1;
    for (long i = 0; i < n; i++) from_one[i] = i * 5;
    long top = from_one[n - 1] + from_one[-1];
    free(&from_one[-1]);
    return top;
}

int main(void) {
    printf("%ld\n", rank_scores(4));
    return 0;
}
