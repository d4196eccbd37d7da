#include <stdio.h>
#include <stdlib.h>

struct text { char *bytes; long length; };
struct message { struct text body; int urgent; };

int main(void) {
    struct text body = {malloc(4), 3};
    if (body.bytes == NULL) return 1;
    body.bytes[0] = '\0';
    struct message m = {body, 1};
    puts(m.body.bytes);
    free(body.bytes);
    free(m.body.bytes);
    return 0;
}
