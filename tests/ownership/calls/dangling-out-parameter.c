#include <stdio.h>

static void newest(long **out, long n) {
    long value = n * 2;
    *out = &value;
}

int main(void) {
    long *p = NULL;
    newest(&p, 4);
    printf("%d\n", p == NULL);
    return 0;
}
