#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static long *new_part(long value) {
    long *part = malloc(sizeof *part);
    if (part == NULL) abort();
    *part = value;
    return part;
}

static long assemble(bool a, bool b, bool c, bool d, bool e) {
    long *first = NULL, *second = NULL, *third = NULL, *fourth = NULL, *fifth = NULL;
    if (a) first = new_part(1);
    if (b) second = new_part(2);
    if (c) third = new_part(4);
    if (d) fourth = new_part(8);
    if (e) fifth = new_part(16);
    long sum = 0;
    if (a) { sum += *first; free(first); }
    if (b) { sum += *second; free(second); }
    if (c) { sum += *third; free(third); }
    if (d) { sum += *fourth; free(fourth); }
    if (e) { sum += *fifth; free(fifth); }
    return sum;
}

int main(void) {
    printf("%ld%ld\n", assemble(true, false, true, true, false), assemble(true, true, true, true, true));
    return 0;
}
