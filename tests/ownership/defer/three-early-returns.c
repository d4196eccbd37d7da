#include <stdio.h>
#include <stdlib.h>

static long validate(const char *text) {
    long result;
    long *seen = calloc(26, sizeof *seen);
    if (seen == NULL) return -3;
    for (long i = 0; text[i] != '\0'; i++) {
        if (text[i] < 'a') { result = -1; goto out; }
        if (text[i] > 'z') { result = -2; goto out; }
        int k = text[i] - 'a';
        seen[k]++;
        if (seen[k] > 1) { result = i; goto out; }
    }
    result = seen[0];
out:
    free(seen);
    return result;
}

int main(void) {
    printf("%ld %ld %ld %ld\n", validate("abc"), validate("aXc"), validate("a~"), validate("abca"));
    return 0;
}
