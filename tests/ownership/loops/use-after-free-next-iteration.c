#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct game { long score, round; };

static long play(long rounds) {
    struct game *game = malloc(sizeof *game);
    if (game == NULL) return -1;
    game->score = 10;
    long total = 0;
    bool ended = false;
    for (long i = 0; i < rounds; i++) {
        total += game->score;
        if (total > 15) {
            puts("game over");
            if (!ended) free(game);
            ended = true;
        }
    }
    if (!ended) free(game);
    return total;
}

int main(void) {
    printf("%ld %ld\n", play(1), play(2));
    return (int)play(3);
}
