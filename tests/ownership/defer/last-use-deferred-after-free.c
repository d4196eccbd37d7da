#include <stdio.h>
#include <stdlib.h>

struct counter { const char *name; long ticks; };

static void report(const struct counter *counter) {
    printf("%s: %ld\n", counter->name, counter->ticks);
}

static void simulate(long steps) {
    struct counter *counter = malloc(sizeof *counter);
    if (counter == NULL) return;
    counter->name = "steps";
    counter->ticks = 0;
    for (long i = 0; i < steps; i++) {
        counter->ticks++;
        if (i > 5) goto out;
    }
out:
    report(counter);
    free(counter);
}

int main(void) {
    simulate(3);
    simulate(30);
    return 0;
}
