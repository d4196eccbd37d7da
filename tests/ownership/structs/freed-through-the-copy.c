#include <stdio.h>
#include <stdlib.h>

struct text { char *bytes; long length; };

int main(int argc, char **argv) {
    (void)argv;
    struct text first = {malloc(4), 3};
    if (first.bytes == NULL) return 1;
    struct text second = first;
    second.bytes[0] = 'a';
    second.bytes[1] = '\0';
    puts(first.bytes);
    if (argc > 1) free(first.bytes);
    else free(second.bytes);
    return 0;
}
