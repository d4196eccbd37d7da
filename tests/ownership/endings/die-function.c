#include <stdio.h>
#include <stdlib.h>

static void die(const char *why) {
    printf("fatal: %s\n", why);
    exit(9);
}

static int parse(const char *text) {
    int *digits = malloc(8 * sizeof(int));
    int n = 0, sum = 0;
    if (digits == NULL) die("no memory");
    while (text[n] != '\0') {
        if (n == 8) die("too long");
        if (text[n] < '0' || text[n] > '9') die("not a digit");
        digits[n] = text[n] - '0';
        n++;
    }
    for (int i = 0; i < n; i++) sum += digits[i];
    free(digits);
    return sum;
}

int main(void) {
    printf("%d\n", parse("1234"));
    return parse("12x");
}
