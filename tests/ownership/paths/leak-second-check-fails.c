#include <stdio.h>
#include <stdlib.h>

static long parse(const char *text) {
    long *record = malloc(3 * sizeof *record);
    if (record == NULL) return -9;
    record[0] = 0;
    if (text[0] == '\0') {
        free(record);
        return -1;
    }
    if (text[0] == 'a') {
        puts("reserved letter");
        return -2;
    }
    record[0] = text[0];
    if (text[1] == '\0') {
        free(record);
        return -3;
    }
    long value = record[0];
    free(record);
    return value;
}

int main(int argc, char **argv) {
    if (argc < 2) return 0;
    printf("%ld\n", parse(argv[1]));
    return 0;
}
