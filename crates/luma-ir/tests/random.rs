//! Random modules: what the builder makes valid is accepted and comes back byte for byte in both
//! text forms; whatever else is done to a module, the verifier reports it, and it can be printed.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use luma_diagnostics::SourceMap;
use luma_generate::{Choices, ir};
use luma_ir::{
    Attribute, Function, Module, Op, OpParts, PrintOptions, Successor, Type, Value, parse_module,
    print_function, print_module, verify_module,
};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any};
use proptest::{prop_assert, prop_assert_eq, proptest};
use rustc_hash::FxHashMap;

/// `PROPTEST_CASES` sets another number.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn valid_modules_are_accepted_and_come_back(numbers in vec(any::<u32>(), 0..400)) {
        let module = ir::module(&mut Choices::given(numbers));
        let violations = verify_module(&module);
        prop_assert!(violations.is_empty(), "{:#?}\n{}", violations, text(&module, false));
        for generic in [false, true] {
            let printed = text(&module, generic);
            let mut map = SourceMap::new();
            let file = map.add("random.lir", printed.as_str());
            let again = parse_module(Arc::clone(&module.context), &map, file);
            prop_assert!(again.is_ok(), "{:#?}\n{}", again.err(), printed);
            let again = again.unwrap();
            let violations = verify_module(&again);
            prop_assert!(violations.is_empty(), "{:#?}\n{}", violations, printed);
            prop_assert_eq!(text(&again, generic), printed);
            prop_assert_eq!(text(&again, false), text(&module, false));
        }
    }

    #[test]
    fn damaged_modules_are_reported_and_printed(
        numbers in vec(any::<u32>(), 0..400),
        edits in vec(any::<u32>(), 4..60),
    ) {
        let mut module = ir::module(&mut Choices::given(numbers));
        let count = 1 + edits.len() / 6;
        let mut c = Choices::given(edits);
        let names: Vec<_> = module.functions.keys().copied().collect();
        for _ in 0..count {
            let name = c.pick(&names).unwrap();
            let context = Arc::clone(&module.context);
            damage(&mut c, &context, &mut module.functions[&name]);
        }
        let violations = verify_module(&module);
        for (name, function) in &module.functions {
            let mut notes: FxHashMap<Op, Vec<String>> = FxHashMap::default();
            for violation in violations.iter().filter(|v| v.function == Some(*name)) {
                notes.extend(violation.op.map(|op| (op, vec![violation.message.clone()])));
            }
            let options = PrintOptions { notes: Some(&notes), ..PrintOptions::default() };
            let printed = print_function(&module.context, function, options);
            prop_assert!(printed.starts_with("luma.func "));
        }
        text(&module, true);
        // What is accepted after all is as good as any.
        if violations.is_empty() {
            let printed = text(&module, false);
            let mut map = SourceMap::new();
            let file = map.add("random.lir", printed.as_str());
            let again = parse_module(Arc::clone(&module.context), &map, file);
            prop_assert!(again.is_ok(), "{:#?}\n{}", again.err(), printed);
            prop_assert_eq!(text(&again.unwrap(), false), printed);
        }
    }
}

fn text(module: &Module, generic: bool) -> String {
    print_module(module, PrintOptions { generic, ..PrintOptions::default() })
}

/// One change that knows no rules.
fn damage(c: &mut Choices, context: &luma_ir::Context, f: &mut Function) {
    let mut ops: Vec<Op> = Vec::new();
    f.walk(&mut |op| ops.push(op));
    let mut values: Vec<Value> = Vec::new();
    let mut blocks = f.blocks(f.body()).to_vec();
    for &op in &ops {
        values.extend_from_slice(f.results(op));
        for &region in f.op_regions(op) {
            blocks.extend_from_slice(f.blocks(region));
        }
    }
    for &block in &blocks {
        values.extend_from_slice(f.block_args(block));
    }
    let (Some(op), Some(other), Some(block)) = (c.pick(&ops), c.pick(&ops), c.pick(&blocks)) else {
        return;
    };
    let types = [Type::I1, Type::I64, Type::F32, Type::VOID, context.place(Type::VOID)];
    match c.below(15) {
        0 => {
            let index = c.below(f.operands(op).len());
            if let Some(value) = c.pick(&values)
                && index < f.operands(op).len()
            {
                f.set_operand(op, index, value);
            }
        }
        1 => c.pick(&values).into_iter().for_each(|value| f.add_operand(op, value)),
        2 => f.set_operands(op, []),
        3 => f.detach(op),
        // Before an op of its own region it would hang in no block at all: `detach` covers that.
        4 if op != other && !contains(f, op, other) => {
            f.detach(op);
            f.insert_before(op, other);
        }
        5 => {
            for op in f.block_ops(block).collect::<Vec<_>>() {
                f.detach(op);
            }
        }
        6 => {
            f.add_result(op, c.of(types));
        }
        7 => f.retain_results(op, |_| false),
        8 => f.retain_args(block, |_| false),
        9 => {
            f.add_arg(block, c.of(types));
        }
        10 => {
            let args = values.iter().copied().take(c.below(3)).collect();
            f.set_successors(op, [Successor { block, args }]);
        }
        11 => {
            let region = f.add_region(op);
            if c.below(2) == 1 {
                f.add_block(region);
            }
        }
        12 => {
            let keys: Vec<_> = f.attributes(op).iter().map(|(name, _)| *name).collect();
            let values = [
                Attribute::Unit,
                Attribute::int(-1),
                Attribute::str(b"\xff"),
                Attribute::array([]),
            ];
            if let Some(&key) = keys.first() {
                f.set_attribute(op, key, values[c.below(4)].clone());
            }
        }
        13 => {
            let mut parts = OpParts::new(f.op_name(other), f.loc(other));
            parts.regions = c.below(3);
            let new = f.make_op(parts);
            f.insert_before(new, op);
        }
        _ => {
            let region = f.block_region(block);
            f.clear_region(region);
        }
    }
}

/// Whether `inner` is `outer` or somewhere in its regions.
fn contains(f: &Function, outer: Op, inner: Op) -> bool {
    let mut at = Some(inner);
    while let Some(op) = at {
        if op == outer {
            return true;
        }
        at = f.parent(op).and_then(|block| f.region_op(f.block_region(block)));
    }
    false
}
