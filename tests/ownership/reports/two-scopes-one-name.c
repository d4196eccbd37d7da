#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int *data = malloc(sizeof(int));
    if (data == NULL) return 1;
    *data = 5;
    if (*data > 4) {
        int *data = malloc(sizeof(int));
        if (data != NULL) {
            *data = 6;
            printf("%d\n", *data);
        }
    }
    printf("%d\n", *data);
    free(data);
    return 0;
}
