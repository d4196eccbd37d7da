static int *smaller(int *a, int *b) { return *a < *b ? a : b; }

static int *best(int x, int y) { return smaller(&x, &y); }

int main(void) { return *best(1, 0); }
