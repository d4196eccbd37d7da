#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    (void)argv;
    long room = 2;
    long *numbers = malloc(room * sizeof *numbers);
    if (numbers == NULL) return 1;
    for (long i = 0; i < 6 + argc; ++i) {
        if (i == room) {
            room = room * 2;
            long *more = realloc(numbers, room * sizeof *numbers);
            if (more == NULL) {
                free(numbers);
                return 1;
            }
            numbers = more;
        }
        numbers[i] = i * i;
    }
    printf("%ld %ld\n", numbers[6], room);
    free(numbers);
    return 0;
}
