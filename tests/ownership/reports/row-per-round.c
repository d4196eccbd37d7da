#include <stdlib.h>

int main(void) {
    int total = 0;
    for (int y = 0; y < 4; y++) {
        int *row = malloc(4 * sizeof(int));
        if (row == NULL) exit(1);
        for (int x = 0; x < 4; x++) row[x] = x * y;
        for (int x = 0; x < 4; x++) total += row[x];
        free(row);
    }
    return total - 36;
}
