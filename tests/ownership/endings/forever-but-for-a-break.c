#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int *table = malloc(8 * sizeof(int));
    int used = 0;
    if (table == NULL) return 1;
    for (;;) {
        if (used == 8) break;
        table[used] = used * used;
        used++;
    }
    printf("%d\n", used);
    return 0;
}
