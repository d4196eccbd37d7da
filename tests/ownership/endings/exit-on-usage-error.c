#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    int *counts = calloc(26, sizeof(int));
    if (counts == NULL) return 1;
    if (argc < 2) {
        puts("usage: count WORD");
        exit(2);
    }
    for (char *word = argv[1]; *word >= 'a' && *word <= 'z'; word++) counts[*word - 'a']++;
    printf("%d\n", counts[0]);
    free(counts);
    return 0;
}
