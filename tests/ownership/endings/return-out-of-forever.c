#include <stdlib.h>

int main(void) {
    int *steps = malloc(sizeof(int));
    if (steps == NULL) return 1;
    *steps = 0;
    for (;;) {
        *steps = *steps + 1;
        if (*steps > 3) return *steps - 4;
    }
}
