//! Whole idioms: containers built, used and taken apart in one place.

use super::Style;
use super::body::Body;

/// Idioms as text. `$` makes names unique, `#` is an input, `@` a small number.
const SHAPES: &[&str] = &[
    // An array of pointers, filled and freed in loops with the same bounds.
    "let rows$: [*int; @];
loop [i$: int = 0](i$ < @) : (++i$) {
    rows$[i$] = cast<*int>(alloc(2 * sizeof<int>));
    rows$[i$][0] = i$;
}
loop [i$: int = 0](i$ < @) : (++i$) { free(rows$[i$]); }",
    // The same, freed backwards.
    "let rows$: [*int; @];
loop [i$: int = 0](i$ < @) : (++i$) {
    let row$: *int = cast<*int>(alloc(sizeof<int>));
    *row$ = #;
    rows$[i$] = row$;
}
loop [k$: int = @ - 1](k$ >= 0) : (--k$) {
    output(*rows$[k$]);
    free(rows$[k$]);
}",
    // Elements with constant indices.
    "let pair$: [*int; 2];
pair$[0] = cast<*int>(alloc(sizeof<int>));
pair$[1] = cast<*int>(alloc(sizeof<int>));
*pair$[0] = #;
*pair$[1] = *pair$[0];
let spare$: *int = pair$[0];
pair$[0] = pair$[1];
pair$[1] = spare$;
free(pair$[0]);
free(pair$[1]);",
    // Rows of a matrix on the heap.
    "let count$: int = 1 + #;
let matrix$: **int = cast<**int>(alloc(count$ * sizeof<*int>));
loop [i$: int = 0](i$ < count$) : (++i$) {
    matrix$[i$] = cast<*int>(alloc(@ * sizeof<int>));
    loop [j$: int = 0](j$ < @) : (++j$) { matrix$[i$][j$] = i$ * j$; }
}
outputln(matrix$[0][0]);
loop [i$: int = 0](i$ < count$) : (++i$) { free(matrix$[i$]); }
free(matrix$);",
    // A buffer that grows.
    "let size$: int = 1;
let used$: int = 0;
let data$: *int = cast<*int>(alloc(size$ * sizeof<int>));
loop [i$: int = 0](i$ < 2 + #) : (++i$) {
    if (used$ == size$) {
        let bigger$: *int = cast<*int>(alloc(2 * size$ * sizeof<int>));
        loop [j$: int = 0](j$ < used$) : (++j$) { bigger$[j$] = data$[j$]; }
        free(data$);
        data$ = bigger$;
        size$ = size$ * 2;
    }
    data$[used$] = i$;
    used$++;
}
outputln(data$[0]);
free(data$);",
    // A ring of two nodes, opened and freed.
    "let first$: *Node = cast<*Node>(alloc(sizeof<Node>));
first$.value = #;
first$.next = cast<*Node>(alloc(sizeof<Node>));
first$.next.value = 2;
first$.next.next = first$;
outputln(first$.next.next.value);
free(first$.next);
free(first$);",
    // Two linked both ways.
    "let one$: *Tree = cast<*Tree>(alloc(sizeof<Tree>));
let two$: *Tree = cast<*Tree>(alloc(sizeof<Tree>));
one$.key = #;
two$.key = 2;
one$.left = cast<*Tree>(0);
one$.right = two$;
two$.left = one$;
two$.right = cast<*Tree>(0);
outputln(one$.right.left.key);
let at$: *Tree = one$;
loop (at$ != cast<*Tree>(0)) {
    let rest$: *Tree = at$.right;
    free(at$);
    at$ = rest$;
}",
    // A list built and freed here.
    "let head$: *Node = cast<*Node>(0);
loop [i$: int = 0](i$ < #) : (++i$) {
    let node$: *Node = cast<*Node>(alloc(sizeof<Node>));
    node$.value = i$;
    node$.next = head$;
    head$ = node$;
}
loop (head$ != cast<*Node>(0)) {
    let rest$: *Node = head$.next;
    free(head$);
    head$ = rest$;
}",
    // A search that frees what it does not keep.
    "let found$: *int = cast<*int>(0);
loop [i$: int = 0](i$ < 4) : (++i$) {
    let try$: *int = cast<*int>(alloc(sizeof<int>));
    *try$ = # + i$;
    if (*try$ > 2) {
        found$ = try$;
        break;
    }
    free(try$);
}
if (found$ != cast<*int>(0)) {
    outputln(*found$);
    free(found$);
}",
    // The largest so far is kept, the others are freed.
    "let best$: *int = cast<*int>(0);
loop [i$: int = 0](i$ < @) : (++i$) {
    let try$: *int = cast<*int>(alloc(sizeof<int>));
    *try$ = #;
    if (best$ == cast<*int>(0)) {
        best$ = try$;
    } elif (*try$ > *best$) {
        free(best$);
        best$ = try$;
    } else {
        free(try$);
    }
}
free(best$);",
    // A nested struct on the heap, inner objects first.
    "let outer$: *Cell = cast<*Cell>(alloc(sizeof<Cell>));
outer$.value = #;
outer$.data = cast<*int>(alloc(sizeof<int>));
outer$.spare = outer$.data;
*outer$.spare = 1;
free(outer$.data);
free(outer$);",
    // A tree of three nodes.
    "let top$: *Tree = cast<*Tree>(alloc(sizeof<Tree>));
top$.key = #;
top$.left = cast<*Tree>(alloc(sizeof<Tree>));
top$.left.left = cast<*Tree>(0);
top$.left.right = cast<*Tree>(0);
top$.right = cast<*Tree>(0);
if (# > 1) {
    top$.right = cast<*Tree>(alloc(sizeof<Tree>));
    top$.right.left = cast<*Tree>(0);
    top$.right.right = cast<*Tree>(0);
}
free(top$.left);
free(top$.right);
free(top$);",
    // Two resources, one way out with what there is by then.
    "let in$: *int = cast<*int>(0);
let out$: *int = cast<*int>(0);
let state$: int = 0;
in$ = cast<*int>(alloc(sizeof<int>));
*in$ = #;
if (*in$ < 2) {
    state$ = 1;
    out$ = cast<*int>(alloc(sizeof<int>));
    *out$ = *in$;
}
if (state$ == 1) { outputln(*out$); }
free(out$);
free(in$);",
    // Either ours or a borrowed one, with a flag that says which.
    "let local$: int = #;
let shown$: *int = &local$;
let ours$: bool = false;
if (local$ > 1) {
    shown$ = cast<*int>(alloc(sizeof<int>));
    *shown$ = 7;
    ours$ = true;
}
outputln(*shown$);
if (ours$) { free(shown$); }",
    // A cursor over a buffer; the buffer's start is freed.
    "let buffer$: *int = cast<*int>(alloc(@ * sizeof<int>));
let at$: *int = buffer$;
loop [i$: int = 0](i$ < @) : (++i$) {
    *at$ = i$;
    at$ = &at$[1];
}
outputln(buffer$[0]);
free(buffer$);",
    // An array of structs on the heap.
    "let cells$: *Cell = cast<*Cell>(alloc(@ * sizeof<Cell>));
loop [i$: int = 0](i$ < @) : (++i$) {
    cells$[i$].value = i$;
    cells$[i$].data = cast<*int>(alloc(sizeof<int>));
    cells$[i$].spare = cast<*int>(0);
}
loop [i$: int = 0](i$ < @) : (++i$) { free(cells$[i$].data); }
free(cells$);",
];

/// Idioms that are correct, though a verifier may not see why.
const STRANGE: &[&str] = &[
    // Through a pointer to the variable.
    "let p$: *int = cast<*int>(0);
let w$: **int = &p$;
*w$ = cast<*int>(alloc(2 * sizeof<int>));
(*w$)[0] = #;
free(*w$);",
    // An address kept as a number.
    "let p$: *int = cast<*int>(alloc(2 * sizeof<int>));
*p$ = #;
let i$: int = cast<int>(p$);
p$ = &p$[1];
*p$ = 2;
p$ = cast<*int>(i$);
free(p$);",
    // Freed by a number.
    "let p$: *int = cast<*int>(alloc(2 * sizeof<int>));
*p$ = #;
let i$: int = cast<int>(p$);
free(cast<*int>(i$));",
    // A pointer into an object, and back to its start.
    "let p$: *int = cast<*int>(alloc(2 * sizeof<int>));
p$[0] = #;
let q$: *int = &p$[1];
*q$ = p$[0];
free(cast<*int>(cast<int>(q$) - 8));",
    // One of two by an input; it goes first, then the other.
    "let a$: *int = cast<*int>(alloc(sizeof<int>));
let p$: *int = cast<*int>(alloc(sizeof<int>));
*a$ = #;
*p$ = *a$;
let q$: *int = a$;
if (# == 1) { q$ = p$; }
free(q$);
if (q$ != a$) { free(a$); } else { free(p$); }",
    // A copy of a struct that owns instead of the first.
    "let s$: Duo = Duo { a: cast<*int>(alloc(sizeof<int>)), b: cast<*int>(0), n: # };
*s$.a = s$.n;
let t$: Duo = s$;
if (# > 1) { t$.b = cast<*int>(alloc(sizeof<int>)); }
free(t$.a);
free(t$.b);",
    // Through a pointer to a struct.
    "let s$: Duo = Duo { a: cast<*int>(alloc(sizeof<int>)), b: cast<*int>(0), n: 1 };
let w$: *Duo = &s$;
*w$.a = #;
w$.b = w$.a;
w$.a = cast<*int>(0);
free(s$.b);",
    // Elements of an array, some filled in a loop.
    "let a$: [*int; 3] = [cast<*int>(0), cast<*int>(0), cast<*int>(0)];
loop [i$: int = 1](i$ < 3) : (++i$) {
    a$[i$] = cast<*int>(alloc(sizeof<int>));
    a$[i$][0] = i$;
}
let p$: *int = a$[2];
*p$ = #;
free(a$[1]);
a$[1] = cast<*int>(0);
free(p$);",
    // Freed where a flag says so.
    "let c$: int = #;
let p$: *int;
if (c$ == 1) { p$ = cast<*int>(alloc(sizeof<int>)); }
if (c$ == 1) { *p$ = 3; }
if (c$ == 1) { free(p$); }",
    // Deferred before the end of its life is known.
    "let p$: *int = cast<*int>(alloc(sizeof<int>));
defer { free(p$); }
*p$ = #;
if (*p$ > 1) {
    free(p$);
    p$ = cast<*int>(0);
}",
];

impl Body<'_> {
    /// Writes one idiom.
    pub(super) fn shape(&mut self) {
        let strange = self.program.style == Style::Strange && self.program.chance(60);
        let linked = self.program.linked;
        let shapes: Vec<&str> = (if strange { STRANGE } else { SHAPES })
            .iter()
            .copied()
            .filter(|shape| linked || !shape.contains("Node") && !shape.contains("Tree"))
            .collect();
        let shape = self.program.pick(&shapes);
        let suffix = self.program.name("");
        let bound = (2 + self.program.below(3)).to_string();
        // Names end in a number of their own, so that declarations never meet.
        self.line("{");
        self.deeper(|b| {
            for line in shape.lines() {
                let mut text = String::new();
                for c in line.chars() {
                    match c {
                        '$' => text += &suffix,
                        '#' => text += &b.program.ask(),
                        '@' => text += &bound,
                        c => text.push(c),
                    }
                }
                b.line(&text);
            }
        });
        self.line("}");
    }
}
