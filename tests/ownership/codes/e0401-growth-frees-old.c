#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int capacity = 1, length = 0;
    int *data = malloc(capacity * sizeof(int));
    if (data == NULL) return 1;
    while (length < 20) {
        if (length == capacity) {
            int *old = data;
            data = malloc(2 * capacity * sizeof(int));
            if (data == NULL) {
                free(old);
                return 1;
            }
            for (int i = 0; i < length; i++) data[i] = old[i];
            free(old);
            capacity *= 2;
        }
        data[length] = length;
        length++;
    }
    printf("%d\n", data[19]);
    free(data);
    return 0;
}
