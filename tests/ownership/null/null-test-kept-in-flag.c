#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static long *open_log(long level) {
    if (level < 2) return NULL;
    long *log = malloc(4 * sizeof *log);
    if (log == NULL) return NULL;
    log[0] = level;
    return log;
}

static long run(long level) {
    long *log = open_log(level);
    bool logging = log != NULL;
    long work = level * 10;
    if (logging) log[1] = work;
    work++;
    if (!logging) return work;
    work += log[1];
    free(log);
    return work;
}

int main(void) {
    printf("%ld %ld\n", run(1), run(3));
    return 0;
}
