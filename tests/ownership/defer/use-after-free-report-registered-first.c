#include <stdio.h>
#include <stdlib.h>

struct counter { long ticks; };

static void simulate(long steps) {
    struct counter *counter = malloc(sizeof *counter);
    if (counter == NULL) return;
    counter->ticks = 0;
    for (long i = 0; i < steps; i++) counter->ticks++;
    free(counter);
    puts("finished");
    printf("%ld\n", counter->ticks);
}

int main(void) {
    simulate(3);
    return 0;
}
