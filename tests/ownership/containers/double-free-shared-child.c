#include <stdio.h>
#include <stdlib.h>

struct tree { long key; struct tree *left, *right; };

int main(void) {
    struct tree *leaf = calloc(1, sizeof *leaf);
    struct tree *root = calloc(1, sizeof *root);
    if (leaf == NULL || root == NULL) abort();
    leaf->key = 1;
    root->left = leaf;
    root->right = leaf;
    printf("%ld\n", root->left->key + root->right->key);
    free(root->left);
    free(root->right);
    free(root);
    return 0;
}
