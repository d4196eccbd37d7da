#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int *steps = malloc(sizeof(int));
    if (steps == NULL) return 1;
    *steps = 0;
    for (;;) {
        for (;;) {
            if (*steps > 3) break;
            *steps = *steps + 1;
        }
        printf("%d\n", *steps);
        *steps = 0;
    }
}
