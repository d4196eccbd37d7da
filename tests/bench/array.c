#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int64_t *arr = malloc(10 * sizeof(int64_t));

    for (int64_t i = 0; i < 10; ++i) {
        arr[i] = i * 10;
    }

    for (int64_t i = 0; i < 10; ++i) {
        printf("arr[%lld] = %lld\n", (long long)i, (long long)arr[i]);
    }

    free(arr);
    return 0;
}
