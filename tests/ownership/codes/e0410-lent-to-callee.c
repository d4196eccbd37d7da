struct range { int *low, *high; };

static int *smaller(int *a, int *b) { return *a < *b ? a : b; }

static void widen(struct range *range) {
    *range->low -= 1;
    *range->high += 1;
}

static int width(int a, int b) {
    int low = *smaller(&a, &b);
    int high = a + b - low;
    struct range range = {&low, &high};
    widen(&range);
    return *range.high - *range.low;
}

int main(void) { return width(9, 4) - 7; }
