/* What the twins of Luma programs share. Compile with -fwrapv and without strict aliasing. */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef int64_t i64;
typedef int8_t i8;

/* Counts are taken modulo 64; >> keeps the sign. */
static inline i64 shl(i64 a, i64 b) { return (i64)((uint64_t)a << (b & 63)); }
static inline i64 shr(i64 a, i64 b) { return a >> (b & 63); }

/* Rounds toward zero; saturates; NaN is 0. */
static inline i64 to_int(double d) {
    if (d != d) return 0;
    if (d >= 9223372036854775808.0) return INT64_MAX;
    if (d < -9223372036854775808.0) return INT64_MIN;
    return (i64)d;
}

/* Every comparison with a NaN is false, this too. */
static inline bool differ(double a, double b) { return a < b || a > b; }

static inline void print_int(i64 v) { printf("%lld", (long long)v); }
static inline void print_byte(i8 v) { printf("%d", (int)(uint8_t)v); }
static inline void print_bool(bool v) { fputs(v ? "true" : "false", stdout); }
static inline void print_double(double v) {
    if (v != v) fputs("nan", stdout);
    else printf("%.6f", v);
}
static inline void print_text(const char *text) { fputs(text, stdout); }
