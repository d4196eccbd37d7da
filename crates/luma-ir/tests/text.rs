//! The text form: what is printed is read back, byte for byte, and what is wrong is located.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;

use luma_diagnostics::SourceMap;
use luma_ir::{Context, Module, PrintOptions, parse_module, print_module, verify_module};

fn parse(text: &str) -> Result<Module, Vec<String>> {
    let mut map = SourceMap::new();
    let file = map.add("test.lir", text);
    parse_module(Arc::new(Context::new()), &map, file).map_err(|errors| {
        errors
            .iter()
            .map(|e| {
                let at = e.primary.as_ref().map(|l| map.start(l.span).unwrap().1).unwrap();
                format!("{}:{}: {}", at.line, at.column, e.message)
            })
            .collect()
    })
}

#[test]
fn printing_and_parsing_give_the_same_bytes() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/ir");
    let mut seen = 0;
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "lir") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let module = parse(&text).unwrap_or_else(|e| panic!("{}: {e:#?}", path.display()));
        let violations = verify_module(&module);
        assert!(violations.is_empty(), "{}: {violations:#?}", path.display());
        let printed = print_module(&module, PrintOptions::default());
        assert_eq!(printed, text, "{}", path.display());
        let generic = print_module(&module, PrintOptions { generic: true, ..Default::default() });
        let again = parse(&generic).unwrap_or_else(|e| panic!("{e:#?}\n{generic}"));
        assert_eq!(print_module(&again, PrintOptions::default()), text, "{}", path.display());
        seen += 1;
    }
    assert!(seen > 0);
}

#[test]
fn every_example_of_the_dialects_parses() {
    let context = Context::new();
    for (_, def) in context.op_defs() {
        // Operands an example uses are declared as parameters, with the types it gives them.
        let text = &def.example;
        let types =
            text.rsplit_once(" : (").map(|(_, t)| t.split_once(") -> ").unwrap().0).unwrap();
        assert!(text.contains(&*def.name), "{}: {text}", def.name);
        let operands = text.split_once('(').map(|(_, t)| t.split_once(')').unwrap().0).unwrap();
        let mut depth = 0;
        let types: Vec<&str> = types
            .split(|c| {
                depth += i32::from(c == '<') - i32::from(c == '>');
                c == ',' && depth == 0
            })
            .filter(|t| !t.is_empty())
            .collect();
        let params: Vec<String> = operands
            .split(',')
            .filter(|o| !o.is_empty())
            .zip(&types)
            .map(|(o, t)| format!("{}: {}", o.trim(), t.trim()))
            .collect();
        let mut params = params.join(", ");
        if def.name == "luma.loop" {
            params = "%c: i1, %n: i64".into();
        }
        let end = if def.traits.terminator { "" } else { "luma.return() : () -> ()" };
        let text = format!(
            "luma.func @f({params}) {{\n{text}\n{end}\n^bb1:\nluma.br()[^bb2] : () -> ()\n^bb2:\nluma.return() : () -> ()\n}}\n"
        );
        let module = parse(&text).unwrap_or_else(|e| panic!("{text}\n{e:#?}"));
        let printed = print_module(&module, PrintOptions::default());
        assert!(printed.contains(&*def.name));
        assert_eq!(printed, print_module(&parse(&printed).unwrap(), PrintOptions::default()));
    }
}
