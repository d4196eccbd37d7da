#include <stdio.h>
#include <stdlib.h>

struct entry { char *name; int count; };

int main(void) {
    struct entry *entries = malloc(2 * sizeof *entries);
    if (entries == NULL) exit(1);
    entries[0].name = malloc(2);
    entries[1].name = malloc(2);
    if (entries[0].name == NULL || entries[1].name == NULL) exit(1);
    entries[0].name[0] = 'a';
    entries[1].name[0] = 'b';
    printf("%d\n", entries[0].name[0]);
    free(entries[0].name);
    free(entries);
    return 0;
}
