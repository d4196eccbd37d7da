#include <stdlib.h>

static int *make(int n);
static void fill(int *list, int n);
static int best(int *list, int n);
static void drop(int *list);

int main(void) {
    int *list = make(4);
    int largest;
    if (list == NULL) return 1;
    fill(list, 4);
    largest = best(list, 4);
    drop(list);
    return largest - 9;
}

static void drop(int *list) { free(list); }

static int best(int *list, int n) {
    int *top = list;
    for (int i = 1; i < n; i++)
        if (list[i] > *top) top = &list[i];
    return *top;
}

static void fill(int *list, int n) {
    for (int i = 0; i < n; i++) list[i] = i * i;
}

static int *make(int n) { return malloc(n * sizeof(int)); }
