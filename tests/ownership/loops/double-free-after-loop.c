#include <stdio.h>
#include <stdlib.h>

static long search(long n, long wanted) {
    long *memo = malloc(n * sizeof *memo);
    if (memo == NULL) return -2;
    long found = -1;
    for (long i = 0; i < n; i++) {
        memo[i] = i * i;
        if (memo[i] == wanted) {
            found = i;
            free(memo);
            break;
        }
    }
    printf("searched for %ld\n", wanted);
    free(memo);
    return found;
}

int main(void) {
    printf("%ld\n", search(10, 50));
    return (int)search(10, 49);
}
