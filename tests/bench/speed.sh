#!/bin/sh
# How long lumac takes from source to object, beside clang on the equivalent C, both timed in turn:
#
#     tests/bench/speed.sh [ROUNDS] [LUMAC]
#
# and how much of it is starting the process and making the MLIR context.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
rounds=${1:-21}
lumac=${2:-$here/../../target/release/lumac}
clang=${CLANG:-clang-22}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/empty.mlir"

# Appends the wall time of a command, in microseconds, to a file.
timed() {
    file=$1
    shift
    start=$(date +%s%N)
    "$@"
    echo $((($(date +%s%N) - start) / 1000)) >>"$work/$file"
}

i=0
while [ "$i" -le "$rounds" ]; do
    [ "$i" -ne 1 ] || rm -f "$work"/time.* # the first round warms up
    timed time.lumac "$lumac" "$here/array.lx" --emit=obj -o "$work/l.o"
    timed time.clang "$clang" -O2 -c "$here/array.c" -o "$work/c.o"
    timed time.start "$lumac" "$work/empty.mlir" --emit=mlir -o "$work/empty.out"
    i=$((i + 1))
done
median() {
    sort -n "$work/$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}
l=$(median time.lumac) c=$(median time.clang) s=$(median time.start)
awk -v l="$l" -v c="$c" -v s="$s" -v n="$rounds" 'BEGIN {
    printf "medians of %d rounds in turn, milliseconds\n", n
    printf "  lumac array.lx -O2 to object     %7.1f\n", l / 1000
    printf "  clang array.c  -O2 to object     %7.1f   lumac/clang %.2f\n", c / 1000, l / c
    printf "  process start and MLIR context   %7.1f   of clang    %.2f, of lumac %.2f\n", s / 1000, s / c, s / l
}'
