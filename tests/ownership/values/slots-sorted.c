#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int *s[3];
    s[0] = malloc(8);
    s[1] = malloc(8);
    s[2] = malloc(8);
    if (s[0] == NULL || s[1] == NULL || s[2] == NULL) exit(1);
    *s[0] = 3;
    *s[1] = 1;
    *s[2] = 2;
    if (*s[0] > *s[1]) { int *t = s[0]; s[0] = s[1]; s[1] = t; }
    if (*s[1] > *s[2]) { int *t = s[1]; s[1] = s[2]; s[2] = t; }
    if (*s[0] > *s[1]) { int *t = s[0]; s[0] = s[1]; s[1] = t; }
    printf("%d%d%d\n", *s[0], *s[1], *s[2]);
    free(s[0]);
    free(s[1]);
    free(s[2]);
    return 0;
}
