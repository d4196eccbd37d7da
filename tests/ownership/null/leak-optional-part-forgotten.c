#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct request { char *path, *body, *query; };

static int serve(bool with_body, bool with_query) {
    struct request request = { malloc(4), NULL, NULL };
    if (with_body) request.body = malloc(16);
    if (with_query) request.query = malloc(8);
    int parts = 1;
    if (request.body != NULL) ++parts;
    if (request.query != NULL) ++parts;
    free(request.body);
    free(request.path);
    return parts;
}

int main(void) {
    printf("%d%d%d\n", serve(false, false), serve(true, false), serve(true, true));
    return 0;
}
