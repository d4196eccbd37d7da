#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int *record = malloc(3 * sizeof(int));
    if (record == NULL) return 1;
    record[0] = 17;
    record = &record[1];
    record[0] = 18;
    record[1] = 19;
    printf("%d\n", record[-1] + record[1]);
    return 0;
}
