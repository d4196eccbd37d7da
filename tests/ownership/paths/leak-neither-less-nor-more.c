#include <stdio.h>
#include <stdlib.h>

static int grade(double points, double tests) {
    long *row = malloc(2 * sizeof *row);
    if (row == NULL) return -1;
    row[0] = 1;
    double average = points / tests;
    if (average < 0.5) {
        free(row);
        return 0;
    }
    if (average >= 0.5) {
        free(row);
        return 1;
    }
    return 2;
}

int main(void) {
    printf("%d%d%d\n", grade(1.0, 4.0), grade(3.0, 4.0), grade(0.0, 0.0));
    return 0;
}
