#include <stdio.h>
#include <stdlib.h>

struct tree { long key; struct tree *left, *right; };

int main(void) {
    struct tree *root = calloc(1, sizeof *root);
    struct tree *left = calloc(1, sizeof *left);
    struct tree *right = calloc(1, sizeof *right);
    if (root == NULL || left == NULL || right == NULL) abort();
    left->key = 1;
    right->key = 3;
    root->left = left;
    root->right = right;
    printf("%ld\n", root->left->key + root->right->key);
    free(root->left);
    free(root);
    return 0;
}
