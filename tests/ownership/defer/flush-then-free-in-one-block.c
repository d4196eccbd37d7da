#include <stdio.h>
#include <stdlib.h>

struct writer { char *buffer; long used; };

static void flush_writer(struct writer *writer) {
    writer->buffer[writer->used] = '\0';
    fputs(writer->buffer, stdout);
    writer->used = 0;
}

static void print_stars(long n) {
    struct writer writer = { malloc(9), 0 };
    if (writer.buffer == NULL) return;
    for (long i = 0; i < n; i++) {
        if (writer.used == 8) flush_writer(&writer);
        writer.buffer[writer.used++] = '*';
        if (i == 20) goto out;
    }
out:
    flush_writer(&writer);
    free(writer.buffer);
    puts("");
}

int main(void) {
    print_stars(3);
    print_stars(99);
    return 0;
}
