#include <stdio.h>
#include <stdlib.h>

static void send(char *packet, int times) {
    printf("%d %d\n", packet[0], times);
    free(packet);
}

int main(void) {
    char *packet = malloc(4);
    if (packet == NULL) return 1;
    packet[0] = 'p';
    for (int i = 0; i < 3; i++) send(packet, i);
    return 0;
}
