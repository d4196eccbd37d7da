#!/bin/sh
# Runs lumac on the programs of this directory that have a C twin, and the analyzers of gcc and clang
# on the twins; prints a Markdown table of found defects and false reports.
#
#   tests/ownership/compare.sh [--list]    --list: also each program on which a tool is wrong
#
# LUMAC, GCC and CLANG replace the default executables: target/release/lumac (or, if that does not
# exist, target/debug/lumac), gcc and clang-22. Missing tools get no figures.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$here/../..
gcc=${GCC:-gcc}
clang=${CLANG:-clang-22}
lumac=${LUMAC:-}
for built in "$root/target/release/lumac" "$root/target/debug/lumac"; do
    if [ -z "$lumac" ] && [ -x "$built" ]; then lumac=$built; fi
done
lumac=${lumac:-lumac}
list=0
[ "${1:-}" != --list ] || list=1

has() { command -v "$1" >/dev/null 2>&1; }
if ! has "$lumac"; then
    echo "compare.sh: $lumac not found; build it with ./x build, or set LUMAC" >&2
    exit 1
fi
for tool in "$gcc" "$clang"; do
    has "$tool" || echo "compare.sh: $tool not found; its columns stay empty" >&2
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The `LINE CODE` pairs of the marks of a program; of its reports.
marks() {
    awk '/\/\/~ ERROR/ { sub(/.*\/\/~ ERROR/, ""); for (i = 1; i <= NF; i++) print NR, $i }' "$1" | sort
}
reports() {
    "$lumac" check "$1" --error-format=short 2>&1 >/dev/null |
        sed -n 's/^.*:\([0-9]*\):[0-9]*: error\[\(E[0-9]*\)\].*/\1 \2/p' | sort
}

# Whether an analyzer says anything about a C file: 1, 0, or - if there is no such tool.
by_gcc() {
    has "$gcc" || { echo -; return; }
    "$gcc" -fanalyzer -c -o /dev/null "$1" 2>&1 | grep -c -- '\[-Wanalyzer-' | sed 's/[1-9][0-9]*/1/'
}
by_clang() {
    has "$clang" || { echo -; return; }
    (cd "$work" && "$clang" --analyze -Xclang -analyzer-output=text -o /dev/null "$1" 2>&1) |
        grep -c 'warning: .*\[[a-z]*[.][A-Za-z.]*\]$' | sed 's/[1-9][0-9]*/1/'
}

# Whether all that is wrong with a program is a missing or false attribute: nothing bad happens when
# it runs, and C has no words for it.
only_attributes() {
    [ -s "$work/marks" ] && ! grep -q '^//@ trap' "$1" && ! grep -qv ' E040[589]$' "$work/marks"
}

# A line for each pair of twins: name, directory, defect?, lumac, lumac on all marked lines, gcc,
# clang.
for twin in "$here"/*/*.c; do
    program=${twin%.c}.lx
    [ -f "$program" ] || { echo "compare.sh: $twin has no Luma twin" >&2; exit 1; }
    name=${program#"$here"/}
    marks "$program" >"$work/marks"
    if only_attributes "$program"; then continue; fi
    reports "$program" >"$work/reports"
    defect=0 said=0 exact=0
    [ ! -s "$work/marks" ] || defect=1
    # What is in there is not found, and so has no marks.
    [ "${name%%/*}" != limits ] || defect=1
    [ ! -s "$work/reports" ] || said=1
    [ "$said" = 0 ] || [ -n "$(comm -23 "$work/marks" "$work/reports")" ] || exact=1
    echo "$name ${name%%/*} $defect $said $exact $(by_gcc "$twin") $(by_clang "$twin")"
done >"$work/rows"

awk -v list="$list" '
function share(n, all, known) { return known ? n " of " all : "" }
function row(name, d) {
    printf "| %s | %d | %s | %s | %s | %s | %d | %s | %s | %s |\n", name, bad[d],
        share(l[d], bad[d], 1), share(x[d], bad[d], 1), share(g[d], bad[d], gcc), share(c[d], bad[d], clang),
        good[d], lf[d] + 0, gcc ? gf[d] + 0 : "", clang ? cf[d] + 0 : ""
}
function count(d) {
    if ($3) { bad[d]++; l[d] += $4; x[d] += $5; g[d] += $6; c[d] += $7 }
    else { good[d]++; lf[d] += $4; gf[d] += $6; cf[d] += $7 }
}
{
    if ($6 != "-") gcc = 1
    if ($7 != "-") clang = 1
    count($2)
    count("in total")
    if (!($2 in seen)) { seen[$2] = 1; order[++n] = $2 }
    wrong = ""
    if ($4 != $3 || ($3 && !$5)) wrong = wrong " lumac"
    if ($6 != "-" && $6 != $3) wrong = wrong " gcc"
    if ($7 != "-" && $7 != $3) wrong = wrong " clang"
    if (wrong != "") notes[++m] = "- `" $1 "` (" ($3 ? "missed" : "false report") "):" wrong
}
END {
    print "| directory | defects | lumac | lumac, at the marked lines | gcc | clang | correct | false: lumac | gcc | clang |"
    print "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |"
    for (i = 1; i <= n; i++) row(order[i], order[i])
    row("in total", "in total")
    if (list) { print ""; for (i = 1; i <= m; i++) print notes[i] }
}' "$work/rows"
