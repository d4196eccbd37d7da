//! Whole idioms: containers built, used and taken apart in one place.

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

impl Body<'_> {
    /// Writes one idiom.
    pub(super) fn shape(&mut self) {
        let shape = self.program.pick(SHAPES);
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
