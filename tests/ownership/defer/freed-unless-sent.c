#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct message { long size; };

static bool send_message(struct message *message) {
    bool fits = message->size < 100;
    free(message);
    return fits;
}

static bool post(long size) {
    bool result = false;
    bool sent = false;
    struct message *message = malloc(sizeof *message);
    if (message == NULL) return false;
    message->size = size;
    if (size == 0) goto out;
    if (size < 0) {
        message->size = -size;
        result = message->size > 10;
        goto out;
    }
    sent = true;
    result = send_message(message);
out:
    if (!sent) {
        puts("not sent");
        free(message);
    }
    return result;
}

int main(void) {
    printf("%d%d%d%d\n", post(0), post(-20), post(5), post(500));
    return 0;
}
