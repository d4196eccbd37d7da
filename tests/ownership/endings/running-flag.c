#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int *queue = malloc(4 * sizeof(int));
    bool running = true;
    int head = 0;
    if (queue == NULL) return 1;
    while (running) {
        queue[head % 4] = head;
        head++;
        if (head > 9) running = false;
    }
    printf("%d\n", head);
    return 0;
}
