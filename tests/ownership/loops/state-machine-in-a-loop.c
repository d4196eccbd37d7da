#include <stdio.h>
#include <stdlib.h>

static long serve(long requests) {
    int state = 0;
    long *connection = NULL, served = 0;
    for (long i = 0; i < requests; i++) {
        switch (state) {
        case 0:
            connection = malloc(sizeof *connection);
            if (connection == NULL) return -1;
            *connection = i;
            state = 1;
            break;
        case 1:
            served += *connection;
            state = 2;
            break;
        default:
            free(connection);
            state = 0;
        }
    }
    if (state != 0) free(connection);
    return served;
}

int main(void) {
    printf("%ld%ld%ld%ld\n", serve(0), serve(1), serve(3), serve(8));
    return 0;
}
