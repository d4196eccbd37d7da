#include <stdio.h>

static FILE *open_log(const char *path, int fresh) {
    if (fresh) return fopen(path, "w");
    return fopen(path, "a");
}

static void close_log(FILE *log) {
    if (log == NULL) return;
    fputs("end\n", log);
    fclose(log);
}

int main(int argc, char **argv) {
    (void)argv;
    FILE *log = open_log("run.log", argc > 1);
    if (log == NULL) return 1;
    fputs("start\n", log);
    close_log(log);
    return 0;
}
