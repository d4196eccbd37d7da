#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

static int bucket(long *p) { return (uintptr_t)p / 16 % 8; }

int main(void) {
    bool used[8] = {false};
    long *a = malloc(sizeof(long));
    int distance, filled = 0;
    if (a == NULL) return 1;
    *a = 1;
    used[bucket(a)] = true;
    distance = (int)((char *)&a[1] - (char *)a);
    free(a);
    for (int i = 0; i < 8; i++) if (used[i]) filled++;
    return distance - 8 * filled;
}
