#include <stdio.h>
#include <stdlib.h>

struct image { unsigned char *pixels; long width; };

static struct image *image_new(long width) {
    struct image *image = malloc(sizeof *image);
    if (image == NULL) return image;
    image->pixels = malloc(width);
    if (image->pixels == NULL) {
        free(image);
        return NULL;
    }
    image->width = width;
    return image;
}

static void image_free(struct image *image) {
    if (image == NULL) return;
    free(image->pixels);
    free(image);
}

int main(void) {
    struct image *image = image_new(16);
    if (image != NULL) printf("%ld\n", image->width);
    image_free(image);
    return 0;
}
