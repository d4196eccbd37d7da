#include <stdio.h>
#include <stdlib.h>

static long flush_queue(long level) {
    long *queue = malloc(4 * sizeof *queue);
    if (queue == NULL) return -1;
    queue[0] = level;
    long first = queue[0];
    if (level < 0) {
        puts("underflow");
        free(queue);
    }
    if (level < 4) {
        puts("nearly empty");
        free(queue);
    } else {
        free(queue);
    }
    return first;
}

int main(void) {
    return (int)(flush_queue(2) + flush_queue(9) + flush_queue(-1));
}
