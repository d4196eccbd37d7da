#include <stdio.h>

struct view { int *data; int length; };

static struct view first_squares(int n) {
    int squares[4];
    struct view view;
    for (int i = 0; i < 4; i++) squares[i] = i * i;
    view.data = &squares[0];
    view.length = n;
    return view;
}

int main(void) {
    struct view view = first_squares(3);
    printf("%d\n", view.data[1]);
    return view.length - 3;
}
