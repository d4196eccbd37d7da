#include <stdio.h>
#include <stdlib.h>

static long execute(char command, long size) {
    long *argument = malloc(size * sizeof *argument);
    if (argument == NULL) return -2;
    argument[0] = size;
    long status = 0;
    switch (command) {
    case 'q': free(argument); return 99;
    case 'p': printf("%ld\n", argument[0]); free(argument); break;
    case 'd': case 'x':
        status = argument[0] * 2;
        free(argument);
        if (command == 'x') return status + 1;
        break;
    default: free(argument); status = -1;
    }
    return status;
}

int main(void) {
    printf("%ld %ld %ld %ld\n", execute('p', 2), execute('d', 3), execute('x', 3), execute('?', 1));
    return (int)execute('q', 1) - 99;
}
