#include <stdio.h>

int main(void) {
    FILE *file = fopen("out.txt", "w");
    if (file == NULL) return 1;
    fputs("first\n", file);
    fclose(file);
    fputs("last\n", file);
    return 0;
}
