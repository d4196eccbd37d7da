#include <stdlib.h>

static int *make(int n);
static void end(int *p);

int main(void) {
    int *p = make(3), *q = make(4);
    int sum = *p + *q;
    end(q);
    end(p);
    return sum - 7;
}

static void end(int *p) { free(p); }

static int *make(int n) {
    int *p = malloc(sizeof(int));
    if (p == NULL) exit(1);
    *p = n;
    return p;
}
