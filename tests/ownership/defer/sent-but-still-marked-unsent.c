#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct message { long size; };

static void send_message(struct message *message) {
    printf("sent %ld\n", message->size);
    free(message);
}

static void post(long size, bool urgent) {
    bool sent = false;
    struct message *message = malloc(sizeof *message);
    if (message == NULL) return;
    message->size = size;
    if (urgent) {
        send_message(message);
        goto out;
    }
    if (size > 0) {
        sent = true;
        send_message(message);
    }
out:
    if (!sent) free(message);
}

int main(void) {
    post(0, false);
    post(3, false);
    post(4, true);
    return 0;
}
