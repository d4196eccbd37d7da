#include <stdio.h>

static int save(const char *text, int twice) {
    FILE *file = tmpfile();
    if (file == NULL) return -1;
    if (fputs(text, file) < 0) {
        fclose(file);
        return -2;
    }
    if (twice) fputs(text, file);
    return fclose(file);
}

int main(int argc, char **argv) {
    (void)argv;
    printf("%d\n", save("one line\n", argc > 1));
    return 0;
}
