#include <stdio.h>
#include <stdlib.h>

struct tree { long key; struct tree *left, *right; };

static struct tree *insert(struct tree *t, long key) {
    if (t == NULL) {
        struct tree *leaf = malloc(sizeof *leaf);
        if (leaf == NULL) abort();
        leaf->key = key;
        leaf->left = leaf->right = NULL;
        return leaf;
    }
    if (key < t->key) t->left = insert(t->left, key);
    else t->right = insert(t->right, key);
    return t;
}

static void drop_tree(struct tree *t) {
    if (t == NULL) return;
    drop_tree(t->left);
    drop_tree(t->right);
    free(t);
}

int main(void) {
    struct tree *root = insert(NULL, 5);
    for (long i = 0; i < 9; i += 2) root = insert(root, i);
    printf("%ld %ld\n", root->key, root->left->key);
    drop_tree(root);
    return 0;
}
