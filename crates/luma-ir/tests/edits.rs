//! Random edits keep the use lists, dominance and the text round trip.

use std::sync::Arc;

use luma_diagnostics::SourceMap;
use luma_generate::{Choices, ir};
use luma_ir::dialects::luma;
use luma_ir::{
    Attribute, Builder, CloneMap, Function, Module, Op, Position, PrintOptions, Type, Value,
    clone_op, parse_module, print_module, verify_function, verify_module,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// 10,000 cases; `PROPTEST_CASES` sets another number.
fn config() -> ProptestConfig {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => config,
        None => ProptestConfig { cases: 10_000, ..config },
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn edits_keep_modules_valid(
        numbers in vec(any::<u32>(), 0..300),
        edits in vec(any::<u32>(), 8..80),
    ) {
        let mut module = ir::module(&mut Choices::given(numbers));
        let count = edits.len() / 4;
        let mut c = Choices::given(edits);
        let names: Vec<_> = module.functions.keys().copied().collect();
        for _ in 0..count {
            let name = c.pick(&names).unwrap();
            let mut f = module.functions[&name].clone();
            edit(&mut c, &module, &mut f);
            let violations = verify_function(&module, &f);
            prop_assert!(violations.is_empty(), "{:#?}\n{}", violations, text(&module));
            module.functions[&name] = f;
        }
        let violations = verify_module(&module);
        prop_assert!(violations.is_empty(), "{violations:#?}");
        let printed = text(&module);
        let mut map = SourceMap::new();
        let file = map.add("edits.lir", printed.as_str());
        let again = parse_module(Arc::clone(&module.context), &map, file);
        prop_assert!(again.is_ok(), "{:#?}\n{}", again.err(), printed);
        prop_assert_eq!(text(&again.unwrap()), printed);
    }
}

fn text(module: &Module) -> String {
    print_module(module, PrintOptions::default())
}

/// One edit that keeps a valid function valid.
fn edit(c: &mut Choices, module: &Module, f: &mut Function) {
    let mut ops: Vec<Op> = Vec::new();
    f.walk(&mut |op| ops.push(op));
    let Some(op) = c.pick(&ops) else { return };
    match c.below(7) {
        0 => duplicate(f, op),
        1 => erase_unused(module, f, op),
        2 => replace_by_constant(module, f, op),
        3 => split_and_join(module, f, op),
        4 => {
            // Away and back again.
            let (block, next) = (f.parent(op), f.next(op));
            if let (Some(block), false) = (block, is_terminator(module, f, op)) {
                f.detach(op);
                f.insert(op, next.map_or(Position::End(block), Position::Before));
            }
        }
        5 => swap_equals(c, f),
        _ => {
            // Every use one by one, to the same value and back.
            for &result in f.results(op).to_vec().iter() {
                let count = f.use_count(result);
                f.replace_uses_if(result, result, |_| true);
                assert_eq!(f.use_count(result), count);
                assert_eq!(f.has_one_use(result), count == 1);
                assert_eq!(f.is_unused(result), count == 0);
            }
        }
    }
}

fn is_terminator(module: &Module, f: &Function, op: Op) -> bool {
    module.context.op_def(f.op_name(op)).traits.terminator
}

/// A second copy of an operation, with all that is in its regions, stands before it.
fn duplicate(f: &mut Function, op: Op) {
    if !f.successors(op).is_empty() || f.next(op).is_none() {
        return;
    }
    let copy = clone_op(f, op, &mut CloneMap::default(), |loc| loc);
    f.insert(copy, Position::Before(op));
    let anchor = f.next(op);
    if let Some(anchor) = anchor {
        f.move_before(op, anchor);
    }
    f.move_after(copy, op);
    f.move_before(copy, op);
}

fn erase_unused(module: &Module, f: &mut Function, op: Op) {
    if f.has_no_uses(op) && !is_terminator(module, f, op) {
        f.erase(op);
        assert!(f.parent(op).is_none() && f.used_values(op).is_empty());
    }
}

/// Uses of an integer that is a result become uses of a constant before the operation.
fn replace_by_constant(module: &Module, f: &mut Function, op: Op) {
    let &[result] = f.results(op) else { return };
    if f.value_type(result) != Type::I64 {
        return;
    }
    let count = f.use_count(result);
    let mut b = Builder::before(&module.context, f, op);
    let new = luma::Constant::build(&mut b, Attribute::int(7), Type::I64).result(b.func);
    f.replace_all_uses(result, new);
    assert_eq!((f.use_count(result), f.use_count(new)), (0, count));
}

/// A block of the body is split, and a branch joins its halves.
fn split_and_join(module: &Module, f: &mut Function, op: Op) {
    let Some(block) = f.parent(op) else { return };
    if f.block_region(block) != f.body() || f.first(block) == Some(op) {
        return;
    }
    // Deferred code stands in structured regions only.
    let blocks = f.blocks(f.body()).iter();
    if blocks.flat_map(|&block| f.block_ops(block)).any(|op| f.op_name(op) == luma::Defer::NAME) {
        return;
    }
    let loc = f.loc(op);
    let behind = f.split_block(op);
    let to = luma_ir::Successor { block: behind, args: [].as_slice().into() };
    luma::Br::build(&mut Builder::at_end(&module.context, f, block, loc), to);
}

/// One operand becomes another operand of the same operation and type.
fn swap_equals(c: &mut Choices, f: &mut Function) {
    let mut pairs: Vec<(Op, usize, Value)> = Vec::new();
    f.walk(&mut |op| {
        if let [a, b, ..] = *f.operands(op)
            && f.value_type(a) == f.value_type(b)
        {
            pairs.push((op, 0, b));
        }
    });
    if let Some((op, index, value)) = c.pick(&pairs) {
        f.set_operand(op, index, value);
    }
}
