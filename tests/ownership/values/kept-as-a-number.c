#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    uintptr_t handle = (uintptr_t)malloc(2 * sizeof(int));
    if (handle == 0) return 1;
    ((int *)handle)[0] = 8;
    ((int *)handle)[1] = 9;
    printf("%d\n", ((int *)handle)[0] + ((int *)handle)[1]);
    free((int *)handle);
    return 0;
}
