#include <stdio.h>
#include <stdlib.h>

struct file { char *buffer; int handle; };

static struct file open_file(int handle) {
    struct file file = {NULL, handle};
    return file;
}

static void close_file(struct file *file) {
    free(file->buffer);
    file->handle = -1;
}

int main(void) {
    struct file file = open_file(3);
    file.buffer = malloc(64);
    if (file.buffer == NULL) return 1;
    file.buffer[0] = 'f';
    close_file(&file);
    if (file.handle < 0) puts("closed");
    close_file(&file);
    return 0;
}
