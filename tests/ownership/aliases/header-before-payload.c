#include <stdio.h>
#include <stdlib.h>

enum { HEADER = 16 };

int main(void) {
    long *start = malloc(HEADER + 48);
    if (start == NULL) return 1;
    start[0] = 48;
    long *payload = (long *)((char *)start + HEADER);
    payload[0] = 7;
    payload[5] = 9;
    long *size = (long *)((char *)payload - HEADER);
    printf("%ld bytes, %ld\n", *size, payload[0] + payload[5]);
    free(size);
    return 0;
}
