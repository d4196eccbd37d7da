#include <stdio.h>
#include <stdlib.h>

static void send(char *packet, int times) {
    printf("%d %d\n", packet[0], times);
    free(packet);
}

static char *make(char first) {
    char *packet = malloc(4);
    if (packet == NULL) exit(1);
    packet[0] = first;
    return packet;
}

int main(void) {
    char *packet = make('a');
    for (int i = 0; i < 3; i++) {
        char first = packet[0];
        send(packet, i);
        packet = make(first);
    }
    send(packet, 3);
    return 0;
}
