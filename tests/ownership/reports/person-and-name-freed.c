#include <stdio.h>
#include <stdlib.h>

struct person { char *name; int age; };

static int greet(int age) {
    struct person *person = malloc(sizeof *person);
    int result = 0;
    if (person == NULL) return 0;
    person->name = malloc(8);
    if (person->name == NULL) {
        free(person);
        return 0;
    }
    person->name[0] = 'A';
    person->name[1] = '\0';
    person->age = age;
    if (age >= 18) {
        puts(person->name);
        result = person->age;
    }
    free(person->name);
    free(person);
    return result;
}

int main(void) { return greet(4) + greet(20) - 20; }
