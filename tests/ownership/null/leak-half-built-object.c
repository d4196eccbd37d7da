#include <stdio.h>
#include <stdlib.h>

struct image { unsigned char *pixels; long width; };

static struct image *image_new(long width) {
    struct image *image = malloc(sizeof *image);
    if (image == NULL) return image;
    image->width = width;
    image->pixels = malloc(width);
    if (image->pixels == NULL) return NULL;
    return image;
}

int main(void) {
    struct image *image = image_new(16);
    if (image == NULL) return 1;
    printf("%ld\n", image->width);
    free(image->pixels);
    free(image);
    return 0;
}
