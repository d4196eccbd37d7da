//! IR made at random: repeatable, valid, with everything in it; what is meant to run does.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use luma_generate::Choices;
use luma_generate::ir::{self, Style};
use luma_interp::{Answers, Options, Rest, TrapKind};
use luma_ir::{Module, PrintOptions, print_module, verify_module};

fn text(module: &Module) -> String {
    print_module(module, PrintOptions::default())
}

fn checked(module: Module) -> Module {
    let violations = verify_module(&module);
    assert!(violations.is_empty(), "{violations:#?}\n{}", text(&module));
    module
}

/// The operations of the language's own dialects that are in none of `modules`.
fn lacking(modules: &[Module]) -> Vec<String> {
    let mut made = BTreeSet::new();
    for module in modules {
        for f in module.functions.values() {
            f.walk(&mut |op| _ = made.insert(f.op_name(op)));
        }
    }
    let all = modules[0].context.op_defs().filter(|(name, _)| !made.contains(name));
    all.map(|(_, def)| def.name.to_string()).collect()
}

#[test]
fn modules_have_everything_and_are_valid() {
    let modules: Vec<Module> =
        (0..400).map(|index| checked(ir::module(&mut Choices::new(1, index)))).collect();
    assert!(lacking(&modules).is_empty(), "{:?}", lacking(&modules));
    let all: String = modules.iter().map(text).collect();
    for part in [
        "@\"with space\"",
        "%a-b",
        "\\FF\\FE\\80",
        "luma.func public",
        "luma.func external",
        "luma.array<0, ",
        "{value = 0x7F",
        "extra.note",
        "constant",
        "unit",
        "^bb",
        "[^bb",
    ] {
        assert!(all.contains(part), "{part}");
    }
    checked(ir::module(&mut Choices::given(Vec::new())));
    assert_eq!(text(&modules[7]), text(&ir::module(&mut Choices::new(1, 7))));
}

#[test]
fn programs_run() {
    let run = |module: &Module| {
        let rest = Rest::Random { seed: 1, below: 4 };
        let answers = Some(Answers { first: Vec::new(), rest });
        let options = Options { step_limit: Some(20_000), answers, ..Options::default() };
        luma_interp::run(module, &options, &mut std::io::sink()).trap.map(|trap| trap.kind)
    };
    for style in [Style::Straight, Style::Defined, Style::Any] {
        let modules: Vec<Module> = (0..200)
            .map(|index| checked(ir::program(&mut Choices::new(1, index), style)))
            .collect();
        let mut ends: BTreeMap<String, usize> = BTreeMap::new();
        for module in &modules {
            let trap = run(module);
            *ends.entry(format!("{trap:?}")).or_default() += 1;
            let has_meaning = match trap {
                Some(TrapKind::Uninitialised | TrapKind::Unreachable) => style == Style::Any,
                Some(TrapKind::DivisionByZero | TrapKind::DivisionOverflow) | None => true,
                Some(kind) => kind.is_limit(),
            };
            assert!(has_meaning, "{trap:?}\n{}", text(module));
        }
        // Most come to their end, and only what does not mean anything is never made.
        assert!(ends["None"] >= 100, "{style:?}: {ends:?}");
        let lacking = lacking(&modules);
        match style {
            Style::Straight => assert!(lacking.len() < 25, "{lacking:?}"),
            Style::Defined => assert_eq!(lacking, ["luma.unreachable"]),
            Style::Any => assert!(lacking.is_empty() && ends.len() >= 5, "{lacking:?} {ends:?}"),
        }
    }
}
