#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long primes(long n) {
    char *sieve = NULL;
    long count = 0;
    for (long i = 2; i < n; i++) {
        if (sieve == NULL) {
            sieve = malloc(n);
            if (sieve == NULL) return -1;
            memset(sieve, '.', n);
        }
        if (sieve[i] == 'x') continue;
        count++;
        for (long k = i; k < n; k += i) sieve[k] = 'x';
    }
    free(sieve);
    return count;
}

int main(void) {
    printf("%ld%ld\n", primes(30), primes(0));
    return 0;
}
