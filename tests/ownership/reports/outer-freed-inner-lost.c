#include <stdio.h>
#include <stdlib.h>

struct person { char *name; int age; };

static int greet(int age) {
    struct person *person = malloc(sizeof *person);
    int result = 0;
    if (person == NULL) return 0;
    person->name = malloc(8);
    person->age = age;
    if (person->name != NULL) {
        person->name[0] = 'A';
        person->name[1] = '\0';
        if (age >= 18) {
            puts(person->name);
            result = person->age;
        }
    }
    free(person);
    return result;
}

int main(void) { return greet(4) + greet(20) - 20; }
