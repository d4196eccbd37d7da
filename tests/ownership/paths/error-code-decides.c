#include <stdio.h>
#include <stdlib.h>

static int send_message(long size) {
    int error = 0;
    char *message = NULL;
    if (size < 1) error = 22;
    else if (size > 512) error = 90;
    if (error == 0) {
        message = malloc(size);
        if (message == NULL) return 12;
        message[0] = 'm';
    }
    printf("sending %ld\n", size);
    if (error != 0) return error;
    printf("%d\n", message[0]);
    free(message);
    return 0;
}

int main(void) {
    printf("%d %d %d\n", send_message(0), send_message(16), send_message(4096));
    return 0;
}
