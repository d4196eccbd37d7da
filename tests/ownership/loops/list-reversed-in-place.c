#include <stdio.h>
#include <stdlib.h>

struct node { long value; struct node *next; };

static long reversed_digits(long number) {
    struct node *digits = NULL;
    for (; number > 0; number /= 10) {
        struct node *digit = malloc(sizeof *digit);
        if (digit == NULL) break;
        digit->value = number % 10;
        digit->next = digits;
        digits = digit;
    }
    struct node *back = NULL;
    while (digits != NULL) {
        struct node *rest = digits->next;
        digits->next = back;
        back = digits;
        digits = rest;
    }
    long result = 0;
    while (back != NULL) {
        struct node *next = back->next;
        result = result * 10 + back->value;
        free(back);
        back = next;
    }
    return result;
}

int main(void) {
    printf("%ld %ld\n", reversed_digits(0), reversed_digits(12345));
    return 0;
}
