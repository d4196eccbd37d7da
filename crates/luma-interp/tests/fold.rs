//! Constant folding against the interpreter, which shares no code with it: operations on constants
//! are folded, and run. Exhaustive for truth values and for pairs of bytes at the edges, at random
//! for the other types.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fmt::Write;
use std::sync::Arc;

use luma_diagnostics::SourceMap;
use luma_interp::{Options, TrapKind, run};
use luma_ir::fold::{constant_of, fold};
use luma_ir::{Attribute, Context, Module, Op, parse_module, verify_module};
use proptest::prelude::*;
use proptest::sample::select;

const ARITHMETIC: [&str; 10] =
    ["add", "sub", "mul", "div", "rem", "and", "or", "xor", "shl", "shr"];
const PREDICATES: [&str; 6] = ["eq", "ne", "lt", "le", "gt", "ge"];

/// An operation on constants; its operands have the type `ty`.
#[derive(Debug, Clone)]
struct Case {
    /// The operation with its attributes, and the type of its result.
    name: &'static str,
    attributes: String,
    operands: Vec<String>,
    ty: &'static str,
    result: &'static str,
}

impl Case {
    /// Operations that make a constant result of this case, as the value `%rN`.
    fn write(&self, text: &mut String, number: usize) {
        for (i, operand) in self.operands.iter().enumerate() {
            let ty = self.ty;
            let operation = match operand.as_str() {
                "null" => format!("luma.null() : () -> {ty}"),
                value => format!("luma.constant() {{value = {value}}} : () -> {ty}"),
            };
            writeln!(text, "  %o{number}_{i} = {operation}").unwrap();
        }
        let operands: Vec<String> =
            (0..self.operands.len()).map(|i| format!("%o{number}_{i}")).collect();
        let types = vec![self.ty; self.operands.len()].join(", ");
        let (name, result, attributes) = (self.name, self.result, &self.attributes);
        let operands = operands.join(", ");
        writeln!(
            text,
            "  %r{number} = luma.{name}({operands}) {attributes} : ({types}) -> {result}"
        )
        .unwrap();
    }

    /// Operations that print the bits of `%rN` as an integer, and end the line.
    fn write_print(&self, text: &mut String, n: usize) {
        let printed = match self.result {
            "f32" | "f64" => {
                // Every f32 is an f64, so its bits as one say which it is.
                let value = if self.result == "f32" { format!("%w{n}") } else { format!("%r{n}") };
                if self.result == "f32" {
                    writeln!(text, "  {value} = luma.cast(%r{n}) : (f32) -> f64").unwrap();
                }
                for line in [
                    format!("%p{n} = luma.local() : () -> !luma.place<f64>"),
                    format!("luma.store({value}, %p{n}) : (f64, !luma.place<f64>) -> ()"),
                    format!("%a{n} = luma.addr_of(%p{n}) : (!luma.place<f64>) -> !luma.ptr<f64>"),
                    format!("%c{n} = luma.cast(%a{n}) : (!luma.ptr<f64>) -> !luma.ptr<i64>"),
                    format!("%d{n} = luma.deref(%c{n}) : (!luma.ptr<i64>) -> !luma.place<i64>"),
                    format!("%b{n} = luma.load(%d{n}) : (!luma.place<i64>) -> i64"),
                ] {
                    writeln!(text, "  {line}").unwrap();
                }
                format!("%b{n}")
            }
            "i64" => format!("%r{n}"),
            // Also i1, whose true is -1 as a signed number, and pointers.
            ty => {
                writeln!(text, "  %i{n} = luma.cast(%r{n}) : ({ty}) -> i64").unwrap();
                format!("%i{n}")
            }
        };
        writeln!(text, "  luma.print({printed}) : (i64) -> ()").unwrap();
        writeln!(text, "  luma.print(%line) : (!luma.ptr<i8>) -> ()").unwrap();
    }
}

fn program(cases: &[&Case]) -> String {
    let mut text = "luma.func public @main() -> i64 {\n  \
        %line = luma.string() {value = \"\\0A\"} : () -> !luma.ptr<i8>\n"
        .to_owned();
    for (number, case) in cases.iter().enumerate() {
        case.write(&mut text, number);
        case.write_print(&mut text, number);
    }
    text += "  %exit = luma.constant() {value = 0} : () -> i64\n  \
        luma.return(%exit) : (i64) -> ()\n}\n";
    text
}

fn parse(text: &str) -> Module {
    let mut map = SourceMap::new();
    let file = map.add("program.lir", text);
    let module = parse_module(Arc::new(Context::new()), &map, file)
        .unwrap_or_else(|errors| panic!("{text}\n{errors:#?}"));
    let violations = verify_module(&module);
    assert!(violations.is_empty(), "{text}\n{violations:#?}");
    module
}

/// What folding gives for each case, as the program prints it.
fn folded(module: &Module, cases: &[&Case]) -> Vec<Option<i64>> {
    let f = module.functions.values().next().unwrap();
    let context = &module.context;
    let mut ops: Vec<Op> = Vec::new();
    f.walk(&mut |op| {
        let named = f.results(op).first().and_then(|&value| f.value_name(value));
        if named.is_some_and(|name| context.name(name).starts_with('r')) {
            ops.push(op);
        }
    });
    assert_eq!(ops.len(), cases.len());
    let fold = |op: Op| {
        let operands: Vec<_> =
            f.operands(op).iter().map(|&value| constant_of(context, f, value)).collect();
        assert!(operands.iter().all(Option::is_some));
        let constant = fold(context, f, op, &operands)?;
        Some(match constant.attribute() {
            Some(Attribute::Float(value, _)) => value.to_bits() as i64,
            Some(Attribute::Bool(value)) => -i64::from(value),
            Some(Attribute::Int(value, _)) => value,
            _ => constant.as_int().unwrap(),
        })
    };
    ops.into_iter().map(fold).collect()
}

/// Runs `cases` in one program, and those that do not fold in one each.
fn check(cases: &[Case]) {
    let all: Vec<&Case> = cases.iter().collect();
    let expected = folded(&parse(&program(&all)), &all);
    let (mut known, mut values) = (Vec::new(), Vec::new());
    for (case, value) in cases.iter().zip(expected) {
        match value {
            Some(value) => {
                known.push(case);
                values.push(value);
            }
            None => check_unfolded(case),
        }
    }
    let (text, trap) = output(&program(&known));
    assert_eq!(trap, None);
    let found: Vec<i64> = text.lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(found.len(), values.len());
    for ((case, value), found) in known.iter().zip(values).zip(found) {
        assert_eq!(value, found, "{case:?}: folded, and run");
    }
}

/// What does not fold traps, or is NaN.
fn check_unfolded(case: &Case) {
    let (text, trap) = output(&program(&[case]));
    let is_nan = || f64::from_bits(text.trim().parse::<i64>().unwrap() as u64).is_nan();
    match (case.name, trap) {
        ("div" | "rem", Some(TrapKind::DivisionByZero | TrapKind::DivisionOverflow)) => {}
        (_, None) if matches!(case.result, "f32" | "f64") && is_nan() => {}
        (_, trap) => panic!("{case:?} is not folded, but gives {text:?} ({trap:?})"),
    }
}

fn output(text: &str) -> (String, Option<TrapKind>) {
    let mut out = Vec::new();
    let outcome = run(&parse(text), &Options::default(), &mut out);
    (String::from_utf8(out).unwrap(), outcome.trap.map(|trap| trap.kind))
}

/// All operations on `a` and `b` of integer type, and on `a` alone.
fn integer_cases(ty: &'static str, a: &str, b: &str, cases: &mut Vec<Case>) {
    let case = |name, attributes: String, operands: &[&str], result| Case {
        name,
        attributes,
        operands: operands.iter().map(|&operand| operand.to_owned()).collect(),
        ty,
        result,
    };
    let names: &[&str] = if ty == "i1" { &["and", "or", "xor"] } else { &ARITHMETIC };
    cases.extend(names.iter().map(|name| case(name, String::new(), &[a, b], ty)));
    cases.extend(
        PREDICATES.iter().map(|p| case("cmp", format!("{{pred = \"{p}\"}}"), &[a, b], "i1")),
    );
    cases.push(case("not", String::new(), &[a], ty));
    if ty != "i1" {
        cases.push(case("neg", String::new(), &[a], ty));
    }
    for to in ["i1", "i8", "i64", "f32", "f64"] {
        cases.push(case("cast", String::new(), &[a], to));
    }
}

fn integer(value: i64, ty: &str) -> String {
    match ty {
        "i1" => (value & 1 == 1).to_string(),
        "i8" => format!("{} : i8", value as i8),
        _ => format!("{value} : i64"),
    }
}

#[test]
fn all_truth_values() {
    let mut cases = Vec::new();
    for a in 0..2 {
        for b in 0..2 {
            integer_cases("i1", &integer(a, "i1"), &integer(b, "i1"), &mut cases);
        }
    }
    check(&cases);
}

#[test]
fn bytes_near_the_edges() {
    let edges =
        [-128, -127, -65, -64, -63, -9, -8, -7, -2, -1, 0, 1, 2, 7, 8, 9, 63, 64, 65, 126, 127];
    for a in edges {
        let mut cases = Vec::new();
        for b in edges {
            integer_cases("i8", &integer(a, "i8"), &integer(b, "i8"), &mut cases);
        }
        check(&cases);
    }
}

#[test]
fn bytes_are_written_as_signed_or_unsigned() {
    let mut cases = Vec::new();
    for (a, b) in [("128 : i8", "255 : i8"), ("255 : i8", "2 : i8"), ("200 : i8", "-56 : i8")] {
        integer_cases("i8", a, b, &mut cases);
    }
    check(&cases);
}

/// Integers near the places where something happens, and anywhere.
fn any_integer() -> impl Strategy<Value = i64> {
    let edge = (0u32..64, -2i64..=2).prop_map(|(bit, by)| (1i64 << bit).wrapping_add(by));
    prop_oneof![edge.clone(), edge.prop_map(i64::wrapping_neg), any::<i64>(), -70i64..70]
}

fn any_float() -> impl Strategy<Value = f64> {
    let special = select(vec![
        0.0,
        -0.0,
        0.5,
        -0.5,
        1.0,
        -1.0,
        1.5,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::from_bits(1),
        f64::MAX,
        f64::MIN,
        3.402_823_5e38,
        16_777_217.0,
        9_223_372_036_854_775_807.0,
        -9_223_372_036_854_775_808.0,
        -9_223_372_036_854_777_856.0,
        1e300,
        2_147_483_648.0,
        255.9,
    ]);
    prop_oneof![
        special,
        any::<u64>().prop_map(f64::from_bits).prop_filter("not NaN", |value| !value.is_nan()),
        any_integer().prop_map(|value| value as f64),
    ]
}

/// All operations on `a` and `b` of float type, and on `a` alone.
fn float_cases(ty: &'static str, a: f64, b: f64) -> Vec<Case> {
    let write = |value: f64| match ty {
        "f32" => format!("0x{:08X} : f32", (value as f32).to_bits()),
        _ => format!("0x{:016X} : f64", value.to_bits()),
    };
    let case = |name, attributes: String, operands: &[f64], result| Case {
        name,
        attributes,
        operands: operands.iter().map(|&operand| write(operand)).collect(),
        ty,
        result,
    };
    let mut cases = Vec::new();
    for name in &ARITHMETIC[..4] {
        cases.push(case(name, String::new(), &[a, b], ty));
    }
    for p in PREDICATES {
        cases.push(case("cmp", format!("{{pred = \"{p}\"}}"), &[a, b], "i1"));
    }
    cases.push(case("neg", String::new(), &[a], ty));
    for to in ["i1", "i8", "i64", "f32", "f64"] {
        cases.push(case("cast", String::new(), &[a], to));
    }
    cases
}

#[test]
fn null_pointers() {
    let case = |name, attributes: &str, operands: usize, result| Case {
        name,
        attributes: attributes.to_owned(),
        operands: vec!["null".to_owned(); operands],
        ty: "!luma.ptr<i64>",
        result,
    };
    let mut cases = vec![case("cast", "", 1, "i64"), case("cast", "", 1, "!luma.ptr<i8>")];
    cases.extend(PREDICATES.map(|p| case("cmp", &format!("{{pred = \"{p}\"}}"), 2, "i1")));
    check(&cases);
}

/// Floats that are not NaN in either precision: NaN is no constant.
fn rounds_to_a_number(value: f64) -> bool {
    !value.is_nan() && !(value as f32).is_nan()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn integers(pairs in prop::collection::vec((any_integer(), any_integer()), 8)) {
        let mut cases = Vec::new();
        for (a, b) in pairs {
            for ty in ["i8", "i64"] {
                integer_cases(ty, &integer(a, ty), &integer(b, ty), &mut cases);
            }
        }
        check(&cases);
    }

    #[test]
    fn floats(pairs in prop::collection::vec((any_float(), any_float()), 8)) {
        let mut cases = Vec::new();
        for (a, b) in pairs.into_iter().filter(|&(a, b)| rounds_to_a_number(a) && rounds_to_a_number(b)) {
            for ty in ["f32", "f64"] {
                cases.extend(float_cases(ty, a, b));
            }
        }
        check(&cases);
    }
}

#[test]
fn sizes() {
    let types = ["i1", "i8", "i64", "f32", "f64", "!luma.ptr<!luma.void>", "!luma.array<7, i8>"];
    let cases: Vec<Case> = types
        .iter()
        .map(|ty| Case {
            name: "sizeof",
            attributes: format!("{{of = {ty}}}"),
            operands: Vec::new(),
            ty: "i64",
            result: "i64",
        })
        .collect();
    check(&cases);
}
