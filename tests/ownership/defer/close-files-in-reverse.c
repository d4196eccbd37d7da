#include <stdio.h>
#include <stdlib.h>

struct file { const char *name; long offset; };

static struct file *open_file(const char *name) {
    struct file *file = malloc(sizeof *file);
    if (file == NULL) abort();
    file->name = name;
    file->offset = 0;
    return file;
}

static void close_file(struct file *file) {
    printf("close %s at %ld\n", file->name, file->offset);
    free(file);
}

static long copy(long limit) {
    long result = 0;
    struct file *from = open_file("in.txt");
    if (limit == 0) goto close_from;
    struct file *to = open_file("out.txt");
    while (from->offset < limit) {
        from->offset++;
        if (from->offset > 7) { result = -1; goto close_to; }
        to->offset++;
    }
    result = to->offset;
close_to:
    close_file(to);
close_from:
    close_file(from);
    return result;
}

int main(void) {
    printf("%ld%ld%ld\n", copy(0), copy(3), copy(10));
    return 0;
}
