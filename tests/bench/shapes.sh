#!/bin/sh
# One program of a shape whose size is N, in Luma or, with a third argument, in C; `a+b` has a
# function of each shape:
#
#     tests/bench/shapes.sh SHAPE N [c]
#     tests/bench/shapes.sh list
#
# All but `pairs` and `functions` are N times the same thing in one function (or global); those two
# are N functions called from `main`.
set -eu

shapes="statements variables branches else chains conditions loops counted nested-branches breaks blocks calls
prints literal literal-partly literal-structs literal-nested literal-names literal-padded global returns defers switch cases
structs aggregates allocs early pairs functions strings"

case ${1:-list} in
    list) echo $shapes; exit ;;
esac
shape=$1
n=${2:-1000}

awk -v shape="$shape" -v n="$n" -v c="${3:-}" '
function program(    i) {
    if (c) {
        print "#include <stdio.h>\n#include <stdlib.h>"
        print "typedef struct { long a, b, c; } S;"
        print "static void done(long *p) { printf(\"%ld\\n\", *p); }"
        print "static long id(long x) {\n    long s = x;"
        for (i = 0; i < 20; ++i) print "    s = (s << 1) ^ (s >> 3) ^ x;"
        print "    return s;\n}"
    } else {
        print "const S -> struct {\n    a: int,\n    b: int,\n    c: int,\n};"
        if (shape ~ /literal-names/) print "const Named -> struct {\n    name: *byte,\n    id: int,\n};"
        # Too large to be inlined.
        print "const id -> fn (x: int) int {"
        print "    let s: int = x;"
        for (i = 0; i < 20; ++i) print "    s = (s << 1) ^ (s >> 3) ^ x;"
        print "    return s;\n}"
    }
}
function open() {
    if (c) print "__attribute__((noinline)) static long f" number "(long x) {\n    long s = 0;"
    else print "const f" number " -> fn (x: int) int {\n    let s: int = 0;"
}
function close_f() { print "    return s;\n}" }
function var(name, type, value) {
    # `type` is int or S or [n]int
    if (!c) return "let " name ": " type " = " value ";"
    if (type == "int") return "long " name " = " value ";"
    return type " " name " = " value ";"
}
function count(name, bound) {
    return c ? "for (long " name " = 0; " name " < " bound "; ++" name ")" \
             : "loop [" name ": int = 0](" name " < " bound ") : (++" name ")"
}
function main_(    i) {
    print c ? "int main(int argc, char **argv) {" : "const main -> fn (argc: int, argv: **byte) int {"
    for (i = 1; i <= number; ++i)
        print c ? "    printf(\"%ld\\n\", f" i "(argc + 6));" : "    outputln(f" i "(argc + 6));"
    print "    return 0;\n}"
}
function array(name, length_, items) {
    if (c) return "long " name "[" length_ "] = {" items "};"
    return "let " name ": [int; " length_ "] = [" items "];"
}
function items(kind,    i, out) {
    out = ""
    for (i = 0; i < n; ++i) out = out (i ? ", " : "") (kind == "partly" && i % 10 == 3 ? "x + " i : (i * 7919) % 10007)
    return out
}
BEGIN {
    program()
    count_ = split(shape, shapes, "+")
    for (number = 1; number <= count_; ++number) one(shapes[number])
    number = count_
    main_()
}
function one(shape,    i, j, out, row) {
    if (shape == "pairs") {
        for (i = 0; i < n; ++i) {
            if (c) {
                print "static long a" i "(long x) { long s = x; if (x > " i ") { s = s + " i % 7 "; } return s * 3 + " i "; }"
                print "static long b" i "(long x) { long s = 0; for (long k = 0; k < x; ++k) { s = s + a" i "(k); } return s; }"
            } else {
                print "const a" i " -> fn (x: int) int { let s: int = x; if (x > " i ") { s = s + " i % 7 "; } return s * 3 + " i "; }"
                print "const b" i " -> fn (x: int) int { let s: int = 0; loop [k: int = 0](k < x) : (++k) { s = s + a" i "(k); } return s; }"
            }
        }
        open()
        for (i = 0; i < n; ++i) print "    s = s + b" i "(x + s % 5);"
        close_f(); return
    }
    if (shape == "functions") {
        for (i = 0; i < n; ++i) {
            if (c) print "static long a" i "(long x) { long s = x; if (x > " i ") { s = s + " i % 7 "; } return s * 3 + " i "; }"
            else print "const a" i " -> fn (x: int) int { let s: int = x; if (x > " i ") { s = s + " i % 7 "; } return s * 3 + " i "; }"
        }
        open()
        for (i = 0; i < n; ++i) print "    s = s + a" i "(x + s % 5);"
        close_f(); return
    }
    if (shape == "global") {
        if (c) print "static long g[" n "] = {" items("") "};"
        else print "let g: [int; " n "] = [" items("") "];"
        open()
        print "    " count("i", n) " { s = s * 3 + g[i]; }"
        close_f(); return
    }
    if (shape == "literal-padded") {
        # Only the literal of an argument may be shorter than its type.
        if (c) print "static long at(long *a, long i) { return a[i]; }"
        else print "const at -> fn (a: [int; " n + 100 "], i: int) int = a[i];"
    }
    open()
    if (shape == "statements") for (i = 0; i < n; ++i) print "    s = (s ^ " i ") * x;"
    else if (shape == "variables") {
        for (i = 0; i < n; ++i) print "    " var("v" i, "int", (i ? "v" (i - 1) " * x" : "x") " + " i)
        print "    s = v" (n - 1) ";"
    }
    else if (shape == "branches") for (i = 0; i < n; ++i) print "    if (x == " i ") { s = s + " i "; }"
    else if (shape == "else") for (i = 0; i < n; ++i) print "    if (x == " i ") { s = s + " i "; } else { s = s * 3; }"
    else if (shape == "chains") for (i = 0; i < n; i += 4)
        print "    if (x == " i ") { s = s + " i "; } else if (x == " i + 1 ") { s = s * 3; } else if (s > x) { s = s - 1; } else { s = s ^ " i "; }"
    else if (shape == "conditions") for (i = 0; i < n; ++i) print "    if (x == " i " || (s > x && x != " i % 7 ")) { s = s + " i "; }"
    else if (shape == "loops") for (i = 0; i < n; ++i)
        print "    " (c ? "while" : "loop ") "(s < " i * 3 ") { s = s + x; }"
    else if (shape == "counted") for (i = 0; i < n; ++i) print "    " count("i", "x") " { s = s * 3 + i; }"
    else if (shape == "nested-branches") for (i = 0; i < n; i += 10) {
        for (j = 0; j < 10; ++j) printf "%s", "    if (x > " i + j ") { s = s + " j "; "
        for (j = 0; j < 10; ++j) printf "}"
        print ""
    }
    else if (shape == "breaks") for (i = 0; i < n; ++i) print "    " count("i", "x") " { if (s % 17 == " i % 17 ") { break; } s = s * 3 + i; }"
    else if (shape == "blocks") for (i = 0; i < n; ++i) print "    { " var("t", "int", "s * 3") " s = t + " i "; }"
    else if (shape == "calls") for (i = 0; i < n; ++i) print "    s = s + id(x + " i ");"
    else if (shape == "prints") for (i = 0; i < n; ++i) print c ? "    printf(\"%ld: line\\n\", s + " i ");" : "    outputln(s + " i ", \": line\");"
    else if (shape == "strings") for (i = 0; i < n; ++i) print c ? "    printf(\"line " i "\\n\");" : "    outputln(\"line " i "\");"
    else if (shape == "literal") {
        print "    " array("a", n, items(""))
        print "    " count("i", n) " { s = s * 3 + a[i]; }"
    }
    else if (shape == "literal-partly") {
        print "    " array("a", n, items("partly"))
        print "    " count("i", n) " { s = s * 3 + a[i]; }"
    }
    else if (shape == "literal-padded") {
        if (c) print "    long a[" n + 100 "] = {" items("") "};\n    s = at(a, x);"
        else print "    s = at([" items("") "], x);"
    }
    else if (shape == "literal-structs") {
        out = ""
        for (i = 0; i < n; ++i) out = out (i ? ", " : "") (c ? "{" i ", " i % 3 ", 5}" : "S { a: " i ", b: " i % 3 ", c: 5 }")
        print c ? "    S a[" n "] = {" out "};" : "    let a: [S; " n "] = [" out "];"
        print "    " count("i", n) " { s = s * 3 + a[i].b; }"
    }
    else if (shape == "literal-nested") {
        out = ""
        for (i = 0; i < n; i += 10) {
            row = ""
            for (j = 0; j < 10; ++j) row = row (j ? ", " : "") i + j
            out = out (i ? ", " : "") (c ? "{" row "}" : "[" row "]")
        }
        rows = int((n + 9) / 10)
        print c ? "    long a[" rows "][10] = {" out "};" : "    let a: [[int; 10]; " rows "] = [" out "];"
        print "    " count("i", rows) " { s = s * 3 + a[i][i % 10]; }"
    }
    else if (shape == "literal-names") {
        out = ""
        for (i = 0; i < n; ++i) out = out (i ? ", " : "") (c ? "{\"n" i "\", " i "}" : "Named { name: \"n" i "\", id: " i " }")
        print c ? "    struct { char *name; long id; } a[" n "] = {" out "};" : "    let a: [Named; " n "] = [" out "];"
        print "    " count("i", n) " { s = s * 3 + a[i].id; }"
        print c ? "    printf(\"%s\\n\", a[x % " n "].name);" : "    outputln(a[x % " n "].name);"
    }
    else if (shape == "returns") for (i = 0; i < n; ++i) print "    if (s == " i * 5 ") { return s + " i "; }\n    s = s * 3 + x;"
    else if (shape == "early") for (i = 0; i < n; ++i) print "    s = s + 1;\n    " count("i", "x") " { if (s == " i " + i) { return s; } s = s * 3; }"
    else if (shape == "defers") for (i = 0; i < n; ++i)
        print "    " (c ? "__attribute__((cleanup(done))) long d" i " = " i ";" : "defer outputln(" i ");") "\n    if (s == x + " i ") { return s; }\n    s = s * 3;"
    else if (shape == "switch") for (i = 0; i < n; ++i)
        print c ? "    switch (x + s % 4) { case 0: s = s + 1; break; case 1: case 2: s = s * 3; break; default: s = s - " i "; }" \
                : "    switch (x + s % 4) {\n        0 -> { s = s + 1; }\n        1, 2 -> { s = s * 3; }\n        _ -> { s = s - " i "; }\n    }"
    else if (shape == "cases") {
        print "    switch (x) {"
        for (i = 0; i < n; ++i) print c ? "    case " i ": s = s * " i " + x; break;" : "        " i " -> { s = s * " i " + x; }"
        print c ? "    default: s = 1; }" : "        _ -> { s = 1; }\n    }"
    }
    else if (shape == "structs") for (i = 0; i < n; ++i)
        print c ? "    S t" i " = {s, " i ", x}; s = s + t" i ".b * t" i ".c;" : "    let t" i ": S = S { a: s, b: " i ", c: x };\n    s = s + t" i ".b * t" i ".c;"
    else if (shape == "aggregates") {
        print "    " (c ? "S t = {s, 1, x}; S u = t;" : "let t: S = S { a: s, b: 1, c: x };\n    let u: S = t;")
        for (i = 0; i < n; ++i) print "    t = u; t.b = t.c + " i "; u = t;"
        print "    s = u.b;"
    }
    else if (shape == "allocs") for (i = 0; i < n; ++i) {
        if (c) print "    long *p" i " = malloc(8); *p" i " = s + " i "; s = *p" i "; free(p" i ");"
        else print "    let p" i ": *int = cast<*int>(alloc(8));\n    *p" i " = s + " i ";\n    s = *p" i ";\n    free(p" i ");"
    }
    else { print "unknown shape " shape > "/dev/stderr"; exit 2 }
    close_f()
}'
