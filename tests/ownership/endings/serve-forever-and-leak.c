#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int served = 0;
    for (;;) {
        char *request = malloc(16);
        if (request == NULL) continue;
        request[0] = (char)getchar();
        served++;
        if (request[0] == 'q') {
            printf("%d\n", served);
            continue;
        }
        puts("bad request");
        free(request);
    }
}
