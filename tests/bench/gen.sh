#!/bin/sh
# Prints a Luma program of about N lines, the same one for the same N:
#
#     tests/bench/gen.sh 100000 > big.lx
#
# Structs, functions with loops, `switch`, alloc + defer free, owned results, calls between
# functions, and a `main` that calls some of them. The program is correct and leak-free.
set -eu

lines=${1:-1000}
case $lines in
    '' | *[!0-9]*) echo "usage: gen.sh LINES" >&2; exit 2 ;;
esac

awk -v lines="$lines" '
# One group of declarations: 50 lines.
function group(k,    previous) {
    printf "const Item%d -> struct {\n    id: int,\n    weight: double,\n    flag: bool,\n};\n\n", k

    printf "const sum%d -> fn (data: *int, count: int) int {\n", k
    printf "    let total: int = %d;\n", k % 97
    printf "    loop [i: int = 0](i < count) : (++i) {\n"
    printf "        if (data[i] %% %d == 0) { continue; }\n", k % 7 + 2
    printf "        total = total + data[i] * %d;\n", k % 5 + 1
    printf "    }\n    return total;\n}\n\n"

    printf "#returns_ownership\nconst make%d -> fn (id: int) *Item%d {\n", k, k
    printf "    let item: *Item%d = cast<*Item%d>(alloc(sizeof<Item%d>));\n", k, k, k
    printf "    item.id = id;\n    item.weight = cast<double>(id) / %d.0;\n", k % 9 + 1
    printf "    item.flag = id > %d;\n    return item;\n}\n\n", k % 50

    printf "const choose%d -> fn (n: int) int {\n    let r: int = n;\n    switch (n %% 4) {\n", k
    printf "        0 -> { r = r + %d; }\n        1, 2 -> { r = r * 3; }\n", k % 31
    printf "        _ -> { r = r - 1; }\n    }\n    return r;\n}\n\n"

    printf "const work%d -> fn (count: int) int {\n", k
    printf "    let buffer: *int = cast<*int>(alloc(count * sizeof<int>));\n    defer free(buffer);\n"
    printf "    let item: *Item%d = make%d(count);\n    defer free(item);\n", k, k
    printf "    loop [i: int = 0](i < count) : (++i) {\n        buffer[i] = choose%d(i + item.id);\n    }\n", k
    printf "    if (item.flag && count > %d) {\n        return sum%d(buffer, count / 2);\n    }\n", k % 20, k
    printf "    let result: int = sum%d(buffer, count);\n", k
    # Every eighth group ends the chain of calls to the group before.
    if (k % 8 != 0) {
        previous = k - 1
        printf "    if (result < 0) { result = result + work%d(count - 1); }\n", previous
    } else {
        printf "    if (result < 0) { result = -result; }\n"
    }
    printf "    return result;\n}\n\n"
}
BEGIN {
    per = 50
    # `main` takes one line a call, at most 50 calls, and 5 others.
    groups = int((lines - 15) / per)
    if (groups < 1) groups = 1
    for (k = 0; k < groups; ++k) group(k)

    calls = groups < 50 ? groups : 50
    printf "const main -> fn () int {\n    let total: int = 0;\n"
    for (c = 0; c < calls; ++c) {
        printf "    total = total + work%d(%d);\n", int(c * groups / calls), c % 13 + 4
    }
    printf "    outputln(total);\n    return 0;\n}\n"
}'
