#include <stdlib.h>

struct scan { char *text; int marks[4]; };

int main(void) {
    struct scan scan;
    scan.text = malloc(8);
    if (scan.text == NULL) return 1;
    scan.text[0] = 's';
    scan.marks[1] = 1;
    free(&scan.marks[1]);
    free(scan.text);
    return 0;
}
