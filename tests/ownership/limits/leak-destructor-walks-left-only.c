#include <stdio.h>
#include <stdlib.h>

struct tree { long k; struct tree *left, *right; };

static void drop(struct tree *t) {
    if (t == NULL) return;
    drop(t->left);
    free(t);
}

int main(void) {
    struct tree *t = calloc(1, sizeof *t);
    if (t == NULL) return 1;
    t->k = 1;
    t->right = calloc(1, sizeof *t);
    if (t->right == NULL) abort();
    t->right->k = 2;
    printf("%ld\n", t->right->k);
    drop(t);
    return 0;
}
