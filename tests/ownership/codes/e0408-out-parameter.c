#include <stdio.h>
#include <stdlib.h>

static int read_all(int size, char **out) {
    char *data;
    *out = NULL;
    if (size <= 0) return -1;
    data = malloc(size);
    if (data == NULL) return -1;
    data[0] = 'r';
    *out = data;
    return size;
}

int main(void) {
    char *data = NULL;
    int size = read_all(16, &data);
    if (size < 0) return 1;
    printf("%d\n", data[0]);
    free(data);
    return 0;
}
