#include <stdio.h>
#include <stdlib.h>

static int send_packet(char *packet, int length) {
    int sent = -1;
    if (length <= 1500) {
        printf("sent %d bytes, first %d\n", length, packet[0]);
        sent = length;
    }
    free(packet);
    return sent;
}

int main(void) {
    char *small = malloc(4), *large = malloc(2000);
    if (small == NULL || large == NULL) exit(1);
    small[0] = 'a';
    large[0] = 'b';
    return send_packet(small, 4) + send_packet(large, 2000) - 3;
}
