#include <stdio.h>
#include <stdlib.h>

struct task { long cost; };

static long run_both(long a, long b) {
    struct task *left = malloc(sizeof *left);
    struct task *right = malloc(sizeof *right);
    if (left == NULL || right == NULL) abort();
    left->cost = a;
    right->cost = b;
    struct task *cheap = left;
    struct task *dear = right;
    if (left->cost > right->cost) {
        cheap = right;
        dear = left;
    }
    long order = cheap->cost;
    free(cheap);
    order = order * 100 + dear->cost;
    free(dear);
    return order;
}

int main(void) {
    printf("%ld %ld\n", run_both(4, 30), run_both(30, 4));
    return 0;
}
