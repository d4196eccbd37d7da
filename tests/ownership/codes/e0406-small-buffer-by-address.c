#include <stdlib.h>

static int total(int n) {
    int small[4];
    int *list = small;
    int sum = 0;
    if (n > 4) {
        list = malloc(n * sizeof(int));
        if (list == NULL) return -1;
    }
    for (int i = 0; i < n; i++) {
        list[i] = i;
        sum += list[i];
    }
    if (list != small) free(list);
    return sum;
}

int main(void) { return total(3) + total(6) - 18; }
