#include <stdio.h>

static int save(const char *text) {
    FILE *file = tmpfile();
    if (file == NULL) return -1;
    if (fputs(text, file) < 0) return -2;
    return fclose(file);
}

int main(void) {
    printf("%d\n", save("one line\n"));
    return 0;
}
