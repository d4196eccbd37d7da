#include <stdio.h>
#include <stdlib.h>

struct msg { char *text; long n; };

static void send(struct msg *m) {
    puts(m->text);
    free(m->text);
    free(m);
}

int main(void) {
    struct msg *m = malloc(sizeof *m);
    if (m == NULL) return 1;
    m->text = malloc(4);
    if (m->text == NULL) abort();
    m->text[0] = '\0';
    char *text = m->text;
    send(m);
    printf("%d\n", text[0]);
    return 0;
}
