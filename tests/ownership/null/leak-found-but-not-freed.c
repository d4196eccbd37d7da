#include <stdio.h>
#include <stdlib.h>

static long *find_user(long id) {
    if (id != 7) return NULL;
    long *user = malloc(2 * sizeof *user);
    if (user == NULL) return NULL;
    user[0] = id;
    user[1] = 40;
    return user;
}

static long age_of(long id) {
    long *user = find_user(id);
    if (user == NULL) return -1;
    return user[1];
}

int main(void) {
    printf("%ld %ld\n", age_of(3), age_of(7));
    return 0;
}
