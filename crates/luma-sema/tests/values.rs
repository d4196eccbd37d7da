//! Values of constants, implicit conversions, and the other tables lowering relies on.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use luma_diagnostics::FileId;
use luma_generate::{Choices, text};
use luma_sema::types::TyKind;
use luma_sema::{Analysis, Const, analyze, check_main};
use luma_syntax::ast::{Ast, ExprKind, ItemKind};

fn sound(text: &str) -> (Ast, Analysis) {
    let parse = luma_syntax::parse(FileId(0), text);
    assert!(parse.diagnostics.is_empty(), "{text}: {:?}", parse.diagnostics);
    let (analysis, diagnostics) = analyze(&parse.ast);
    let messages: Vec<_> =
        diagnostics.iter().map(|d| format!("{} {}", d.code, d.message)).collect();
    assert!(messages.is_empty(), "{text}: {messages:?}");
    (parse.ast, analysis)
}

fn value(analysis: &Analysis, name: &str) -> Const {
    let found = analysis.globals.iter().find(|(_, info)| info.name == name);
    found.expect("a global of that name").1.value.clone()
}

#[test]
fn constant_scalars() {
    const TYPES: &str = "const E -> enum { A, B, C };
        const S -> struct { b: bool, i: int, c: byte };
        const T -> struct { a: [byte; 3], priv: p: double, pub: f: float };
        const K: int = 6; const ROW: [int; 3] = [10, 20, 30];
        const GRID: [[int; 2]; 2] = [[1, 2], [3, 4]];";
    let int = |value| Const::Int(value);
    let table: &[(&str, &str, Const)] = &[
        ("int", "1 + 2 * 3", int(7)),
        ("int", "-7 / 2", int(-3)),
        ("int", "-7 % 3", int(-1)),
        ("int", "7 % -3", int(1)),
        ("int", "9223372036854775807 + 1", int(i64::MIN)),
        ("int", "-9223372036854775808", int(i64::MIN)),
        ("int", "4611686018427387904 * 2", int(i64::MIN)),
        ("int", "1 << 65", int(2)),
        ("int", "-8 >> 1", int(-4)),
        ("int", "0xff & ~0x0f | 1 ^ 3", int(0xf2)),
        ("int", "K * K", int(36)),
        ("int", "cast<int>(true)", int(-1)),
        ("int", "-cast<int>(1 < 2)", int(1)),
        ("int", "cast<int>(cast<byte>(200))", int(-56)),
        ("int", "cast<int>(-3.9)", int(-3)),
        ("int", "'a' + 'b'", int(195)),
        ("int", "E::C", int(2)),
        ("int", "ROW[1] + GRID[1][0]", int(23)),
        ("int", "sizeof<S>", int(24)),
        ("int", "sizeof<T>", int(16)),
        ("int", "sizeof<[S; 3]> + sizeof<bool> + sizeof<*S>", int(81)),
        ("int", "sizeof<ROW>", int(24)),
        ("byte", "cast<byte>(300)", Const::Byte(44)),
        ("byte", "cast<byte>(true)", Const::Byte(255)),
        ("byte", "-'a'", Const::Byte(159)),
        ("bool", "cast<bool>(2)", Const::Bool(false)),
        ("bool", "cast<bool>(3)", Const::Bool(true)),
        ("bool", "cast<byte>(200) < 'a'", Const::Bool(true)),
        ("bool", "false && 1 / 0 == 1", Const::Bool(false)),
        ("bool", "true || 1 / 0 == 1", Const::Bool(true)),
        ("bool", "!(E::A == 1)", Const::Bool(true)),
        ("bool", "0.0 / 0.0 != 0.0 / 0.0", Const::Bool(false)),
        ("double", "7 / 2.0", Const::Float(3.5)),
        ("double", "1.0 / 0.0", Const::Float(f64::INFINITY)),
        ("double", "cast<double>(3)", Const::Float(3.0)),
        ("float", "0.1", Const::Float(f64::from(0.1_f32))),
        (
            "double",
            "cast<float>(0.1) + cast<float>(0.2)",
            Const::Float(f64::from(0.1_f32 + 0.2_f32)),
        ),
        ("float", "cast<float>(16777217)", Const::Float(16_777_216.0)),
        ("E", "1", int(1)),
        ("str", "\"a\\0b\"", Const::Str(b"a\0b".to_vec())),
        ("*int", "cast<*int>(0)", int(0)),
        (
            "[float; 2]",
            "[0.5, 0.1]",
            Const::Aggregate(vec![Const::Float(0.5), Const::Float(f64::from(0.1_f32))]),
        ),
        (
            "T",
            "T { f: 1.5, p: 2.5, a: ['x', 'y', 'z'] }",
            Const::Aggregate(vec![
                Const::Aggregate(vec![Const::Byte(b'x'), Const::Byte(b'y'), Const::Byte(b'z')]),
                Const::Float(1.5),
                Const::Float(2.5),
            ]),
        ),
    ];
    for (ty, expression, expected) in table {
        let (_, analysis) = sound(&format!("{TYPES} const V: {ty} = {expression};"));
        assert_eq!(value(&analysis, "V"), *expected, "{expression}");
    }
}

#[test]
fn addresses() {
    let (ast, analysis) = sound(
        "let a: [int; 2] = [1, 2]; let p: *int = &a[0]; let q: *int = a; let r: *[int; 2] = &a;
         let z: int;",
    );
    let (a, _) = ast.items.iter().next().expect("an item");
    for name in ["p", "q", "r"] {
        assert_eq!(value(&analysis, name), Const::Address(a), "{name}");
    }
    assert_eq!(value(&analysis, "z"), Const::Zero);
}

#[test]
fn array_sizes_and_labels_are_recorded() {
    let (_, analysis) = sound(
        "const E -> enum { A, B }; const N: int = 2; let g: [int; N + 1];
         const f -> fn (e: E, c: byte) void {
             switch (e) { E::B -> { } _ -> { } } switch (c) { 'x' -> { } }
         }",
    );
    let mut values: Vec<String> =
        analysis.constants.iter().map(|(_, value)| format!("{value:?}")).collect();
    values.sort();
    assert_eq!(values, ["Byte(120)", "Int(1)", "Int(3)"]);
}

/// All implicit conversions of a program as `text: from -> to`, in source order.
fn adjustments(text: &str) -> Vec<String> {
    let (ast, analysis) = sound(text);
    let mut found: Vec<_> = analysis
        .adjustments
        .iter()
        .map(|(e, to)| {
            let span = ast.exprs[e].span;
            let source = &text[span.start as usize..span.end as usize];
            let from = analysis.type_name(analysis.expr_types[e]);
            (span, format!("{source}: {from} -> {}", analysis.type_name(*to)))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, line)| line).collect()
}

#[test]
fn implicit_conversions() {
    let body = |body: &str| {
        format!(
            "const E -> enum {{ A, B }}; const P -> struct {{ f: float, e: E }};
             const puts -> fn (s: *byte) int; const half -> fn (d: double) float {{ return d; }}
             const sum -> fn (a: [int; 4]) int {{ return a[0]; }}
             const g -> fn (i: int, b: byte, f: float, d: double, e: E, s: str, p: *byte) void {{
                 let a: [int; 3]; let q: *int; let x: P; {body}
             }}"
        )
    };
    let table: &[(&str, &[&str])] = &[
        ("i = i + b;", &["b: byte -> int"]),
        ("i = b * b;", &["b: byte -> int", "b: byte -> int"]),
        ("i = b << 2;", &["b: byte -> int"]),
        ("d = i + d;", &["i: int -> double"]),
        ("f = i / f;", &["i: int -> float"]),
        ("d = f;", &["f: float -> double"]),
        ("f = 1.5;", &["1.5: double -> float"]),
        ("f = f + d;", &["f: float -> double", "f + d: double -> float"]),
        ("i = e; e = 1;", &["e: E -> int", "1: int -> E"]),
        ("if (e == 1 || 0 == e || e == E::A) { }", &["e: E -> int", "e: E -> int"]),
        ("if (f < d || d < f) { }", &["f: float -> double", "f: float -> double"]),
        ("p = s; s = p;", &["s: str -> *byte", "p: *byte -> str"]),
        ("if (p == \"x\") { }", &["\"x\": str -> *byte"]),
        ("puts(\"x\");", &["\"x\": str -> *byte"]),
        ("half(f);", &["f: float -> double"]),
        ("b = s[0]; b = *s;", &["s: str -> *byte", "s: str -> *byte"]),
        ("q = a; q = &a[0];", &["a: [int; 3] -> *int"]),
        ("if (q == a) { }", &["a: [int; 3] -> *int"]),
        ("q = cast<*int>(a);", &["a: [int; 3] -> *int"]),
        ("sum([1, 2]);", &["[1, 2]: [int; 2] -> [int; 4]"]),
        ("x = P { f: 0.5, e: 1 };", &["0.5: double -> float", "1: int -> E"]),
        ("x = { f: f, e: i };", &["i: int -> E"]),
        ("a[b] = b + 1;", &["b: byte -> int", "b: byte -> int"]),
        ("a[e] = 1;", &["e: E -> int"]),
        ("free(alloc(b));", &["b: byte -> int"]),
        ("switch (i) { E::B -> { } _ -> { } }", &["E::B: E -> int"]),
        ("let y: [float; 2] = [d, f];", &["d: double -> float"]),
        ("let y: [E; 2] = [i, E::A];", &["i: int -> E"]),
        ("b = -b; b = ~b; b++; i = -i; if (b < 'a') { } a = a;", &[]),
        ("free(s); free(p); free(q); output(b, f, e, s, p);", &[]),
    ];
    for (text, expected) in table {
        let found = adjustments(&body(text));
        // The conversion in `half` comes first, always.
        assert_eq!(found.first().map(String::as_str), Some("d: double -> float"));
        assert_eq!(found[1..], **expected, "{text}");
    }
}

#[test]
fn locals_know_what_happens_to_them() {
    let (ast, analysis) = sound(
        "const P -> struct { x: int, a: [int; 2], n: *P };
         const g -> fn (a: *int) void { }
         const f -> fn (plain: int, set: int, stepped: int, taken: int, field: P, through: *P,
                        element: [int; 2], pointer: *int, partly: P, decays: [int; 2],
                        beyond: P, read: [int; 2]) int {
             set = plain; stepped++; let a: *int = &taken; field.a[0] = 1; through.x = 2;
             element[1] = 3; pointer[0] = 4; *pointer = 5; a = &partly.a[1]; g(decays);
             beyond.n.x = 6; a = &through.x; a = &pointer[1]; return read[0] + *a;
         }",
    );
    let expected = [
        ("plain", false, false),
        ("set", true, false),
        ("stepped", true, false),
        ("taken", false, true),
        ("field", true, false),
        ("through", false, false),
        ("element", true, false),
        ("pointer", false, false),
        ("partly", false, true),
        ("decays", false, true),
        ("beyond", false, false),
        ("read", false, false),
    ];
    for (name, assigned, addressed) in expected {
        let (id, _) = ast.locals.iter().find(|(_, l)| l.name.text == name).expect("a local");
        let info = analysis.locals[id];
        assert_eq!((info.assigned, info.addressed), (assigned, addressed), "{name}");
    }
}

#[test]
fn functions_and_members() {
    let (ast, analysis) = sound(
        "const P -> struct { priv: a: int, pub: b: int };
         #returns_ownership #takes_ownership
         const both -> fn (p: *int, n: int, s: str) *int;
         #takes_ownership(q) const one -> fn (p: *int, q: *int) void { free(q); }
         const f -> fn (n: int) int { if (n > 0) { return 1; } else { return 2; } }
         const e -> fn (n: int) int = n;
         const h -> fn (p: *P, v: P) int { return p.b + v.b; }
         const v -> fn () void { loop { } }
         const main -> fn () int { }",
    );
    let function = |name: &str| {
        let mut all = analysis.functions.iter().map(|(_, info)| info);
        all.find(|info| info.name == name).expect("a function").clone()
    };
    let both = function("both");
    assert!(both.external && both.returns_ownership);
    assert_eq!(both.takes, [true, false, true]);
    assert_eq!(function("one").takes, [false, true]);
    assert!(!function("f").falls_off && !function("e").falls_off && !function("v").falls_off);
    assert!(function("main").falls_off && function("one").falls_off);
    assert_eq!(analysis.type_name(function("e").ty), "fn (int) int");
    // Public fields come first in layout order.
    let fields: Vec<_> = analysis.structs[0].fields.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(fields, ["b", "a"]);
    let derefs: Vec<_> = analysis.members.iter().map(|(_, m)| (m.field, m.deref)).collect();
    assert_eq!(derefs, [(0, true), (0, false)]);
    assert!(check_main(&ast, &analysis).is_none());
}

#[test]
fn a_prototype_with_definition_has_no_entry() {
    let (ast, analysis) = sound(
        "const f -> fn (a: int) int; const main -> fn () int { return f(1); }
         const f -> fn (b: int) int { return b; }",
    );
    let named = |ids: Vec<luma_syntax::ast::ItemId>| ids;
    let entries = named(analysis.functions.iter().map(|(id, _)| id).collect());
    assert_eq!(entries.len(), 2);
    for id in entries {
        let ItemKind::Function(function) = &ast.items[id].kind else { panic!("a function") };
        assert!(function.body.is_some());
    }
}

#[test]
fn missing_main() {
    for (text, help) in
        [("let g: int;", false), ("const Main -> fn () int { return 1; }", true), ("", false)]
    {
        let (ast, analysis) = sound(text);
        let d = check_main(&ast, &analysis).expect("a diagnostic");
        assert_eq!(d.code.as_str(), "E0206");
        assert_eq!(d.help.iter().any(|help| help.fix.is_some()), help, "{text}");
    }
}

#[test]
fn suggestions() {
    for (text, meant) in [
        ("const main -> fn () int { let counter: int = 1; return conuter; }", "counter"),
        ("const f -> fn (p: Piont) void { } const Point -> struct { x: int };", "Point"),
        ("const f -> fn (p: P) int { return p.vlaue; } const P -> struct { value: int };", "value"),
        ("const E -> enum { Red }; const main -> fn () int { return E::red; }", "Red"),
        ("let g: uint;", "int"),
    ] {
        let parse = luma_syntax::parse(FileId(0), text);
        let (_, diagnostics) = analyze(&parse.ast);
        let fix = diagnostics[0].help[0].fix.as_ref().expect("a fix");
        assert_eq!(fix.replacement, meant, "{text}");
    }
}

/// Runs on a stack the driver's is at least as large as.
fn on_big_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(work);
    thread.expect("a thread").join().expect("no panic");
}

#[test]
fn long_chains_do_not_overflow() {
    on_big_stack(|| {
        // Each constant needs the next one: too deep, but reported.
        let mut text = String::new();
        for i in 0..20_000 {
            text.push_str(&format!("const K{i}: int = K{} + 1;\n", i + 1));
        }
        text.push_str("const K20000: int = 1;");
        let (_, diagnostics) = analyze(&luma_syntax::parse(FileId(0), &text).ast);
        assert!(diagnostics.iter().any(|d| d.code.as_str() == "E0107"));
        // The same through array sizes, which recurse through more functions.
        let mut text = String::new();
        for i in 0..20_000 {
            text.push_str(&format!("const K{i}: int = sizeof<[S{i}; 1]>;\n"));
            text.push_str(&format!("const S{i} -> struct {{ a: [byte; K{}] }};\n", i + 1));
        }
        text.push_str("const K20000: int = 1;");
        let (_, diagnostics) = analyze(&luma_syntax::parse(FileId(0), &text).ast);
        assert!(diagnostics.iter().any(|d| d.code.as_str() == "E0107"));
        // The other way round is fine.
        let constants: String =
            (0..20_000).map(|i| format!("const K{}: int = K{i} + 1;\n", i + 1)).collect();
        // The layout of structs uses no stack, but what is made of them does.
        let structs = |count: usize| {
            let chain: String = (0..count)
                .map(|i| format!("const S{i} -> struct {{ s: S{} }};\n", i + 1))
                .collect();
            let last = format!("const S{count} -> struct {{ a: [byte; K20000] }};");
            format!("const K0: int = 1;\n{constants}{chain}{last}")
        };
        let (_, analysis) = sound(&structs(390));
        assert_eq!(analysis.struct_layouts[0].map(|layout| layout.size), Ok(20_001));
        let (_, diagnostics) = analyze(&luma_syntax::parse(FileId(0), &structs(20_000)).ast);
        assert_eq!(diagnostics[0].code.as_str(), "E0107");
    });
}

#[test]
fn doubling_constants_stop() {
    let mut text = "const S0 -> struct { a: int }; const K0: S0 = S0 { a: 1 };".to_owned();
    for i in 1..40 {
        let p = i - 1;
        text.push_str(&format!("const S{i} -> struct {{ a: S{p}, b: S{p} }};"));
        text.push_str(&format!("const K{i}: S{i} = S{i} {{ a: K{p}, b: K{p} }};"));
    }
    let (_, diagnostics) = analyze(&luma_syntax::parse(FileId(0), &text).ast);
    assert!(!diagnostics.is_empty());
    assert!(diagnostics.len() < 40);
}

#[test]
fn broken_programs_never_panic() {
    let seed = "const P -> struct { x: int, priv: n: *P }; const E -> enum { A, B };
        const K: int = sizeof<P> + 1; let g: [int; K]; #takes_ownership
        const f -> fn (p: *P, e: E) int { switch (e) { E::A -> return p.x; _ -> { } } return K; }
        const main -> fn () int { let p: P = P { x: 1, n: cast<*P>(0) }; defer outputln(p.x);
        loop [i: int = 0](i < 3) : (++i) { if (i == 2) { break; } g[i] = f(&p, E::B); }
        return g[0] + *cast<*int>(&p); }";
    let words: Vec<&str> = text::tokens(seed).collect();
    for round in 0..3_000 {
        let text = text::mutate(seed, &words, &mut Choices::new(1, round));
        let parse = luma_syntax::parse(FileId(0), &text);
        let (analysis, diagnostics) = analyze(&parse.ast);
        let fine = parse.diagnostics.is_empty() && !diagnostics.iter().any(|d| d.is_error());
        for (id, expr) in parse.ast.exprs.iter().filter(|_| fine) {
            let default =
                matches!(&expr.kind, ExprKind::Path(p) if p.len() == 1 && p[0].text == "_");
            let typed = analysis
                .expr_types
                .get(id)
                .is_some_and(|ty| *analysis.types.kind(*ty) != TyKind::Error);
            assert!(default || typed, "{text}\n{:?}", expr.kind);
        }
    }
}
