#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int *fib = malloc(2 * sizeof(int));
    if (fib == NULL) return 1;
    fib[0] = 0;
    fib[1] = 1;
    while (1) {
        int next = fib[0] + fib[1];
        if (next > 100) {
            printf("%d\n", fib[1]);
            exit(0);
        }
        fib[0] = fib[1];
        fib[1] = next;
    }
}
