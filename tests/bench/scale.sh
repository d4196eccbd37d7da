#!/bin/sh
# Time and peak memory from source to object at 1k, 10k and 100k generated lines:
#
#     tests/bench/scale.sh [LEVEL] [LUMAC]
#
# The factor compares a row with the one above; 10 is linear.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
level=${1:-0}
lumac=${2:-$here/../../target/release/lumac}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "   lines   user s  factor   peak MiB  factor   (-O$level, best of 5)"
for lines in 1000 10000 100000; do
    "$here/gen.sh" "$lines" >"$work/gen.lx"
    i=0
    while [ "$i" -lt 5 ]; do
        # GNU time, from the Debian package `time`.
        /usr/bin/time -f '%U %S %M' -o "$work/one" "$lumac" "$work/gen.lx" "-O$level" --emit=obj -o "$work/gen.o"
        cat "$work/one" >>"$work/$lines"
        i=$((i + 1))
    done
    awk -v lines="$lines" 'NR == 1 || $1 + $2 < t { t = $1 + $2; m = $3 } END { print lines, t, m / 1024 }' "$work/$lines" >>"$work/rows"
done
awk '{ printf "%8d %8.2f %7s %10.1f %7s\n", $1, $2, p ? sprintf("%.1f", $2 / p) : "", $3, q ? sprintf("%.1f", $3 / q) : ""; p = $2; q = $3 }' "$work/rows"
