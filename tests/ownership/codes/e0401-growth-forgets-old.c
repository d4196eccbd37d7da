#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int capacity = 2, length = 0;
    int *data = malloc(capacity * sizeof(int));
    if (data == NULL) return 1;
    while (length < 3) {
        if (length == capacity) {
            int *bigger = malloc(2 * capacity * sizeof(int));
            if (bigger == NULL) break;
            for (int i = 0; i < length; i++) bigger[i] = data[i];
            data = bigger;
            capacity *= 2;
        }
        data[length] = length;
        length++;
    }
    printf("%d\n", data[0]);
    free(data);
    return 0;
}
