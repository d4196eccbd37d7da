#include <stdio.h>
#include <stdlib.h>

struct name { char *first, *last; };
struct person { struct name name; long age; };

static void release(struct person *p) {
    free(p->name.first);
}

int main(void) {
    struct person p = {{malloc(8), malloc(8)}, 41};
    if (p.name.first != NULL) p.name.first[0] = '\0';
    if (p.name.last != NULL) p.name.last[0] = '\0';
    printf("%ld\n", p.age);
    release(&p);
    return 0;
}
