#include <stdio.h>
#include <stdlib.h>

struct file { char *buffer; int handle; };

static void close_file(struct file *file) {
    free(file->buffer);
    file->buffer = NULL;
    file->handle = -1;
}

int main(void) {
    struct file file = {malloc(64), 3};
    if (file.buffer == NULL) return 1;
    file.buffer[0] = 'f';
    if (file.buffer[0] == 'f') {
        close_file(&file);
        puts("closed early");
    }
    close_file(&file);
    close_file(&file);
    return 0;
}
