//! Loops that count: `scf.for`.
//!
//! A `luma.loop` counts if
//!
//! * its post region adds a positive constant to a variable and does nothing else;
//! * its condition compares that variable with a bound, by `lt` or `le`, and computes the bound
//!   from nothing that the loop changes, without effects;
//! * the variable is otherwise only loaded in the loop, and its address is nowhere;
//! * the sum cannot pass the largest integer before the bound stops the loop (where it wraps, the
//!   loop goes on, and `scf.for` would not).
//!
//! The variable then needs no memory inside; it gets its last value afterwards if anyone may look.

use luma_ir::dialects::luma;
use luma_ir::{Attribute, Op, Type, Value};

use super::emit::{Spec, argument_of};
use super::function::Body;
use super::shape::enclosing;
use super::{Lowered, ops, structured};

/// A loop that counts.
struct Counted {
    counter: Value,
    step: i64,
    bound: Value,
    /// Whether the bound itself is a value of the counter.
    inclusive: bool,
    /// Computes the bound.
    setup: Vec<Op>,
    /// Whether the counter is looked at after the loop.
    observed: bool,
}

/// Emits `op` as `scf.for` if it counts; says whether it does.
pub(crate) fn lower(body: &mut Body<'_, '_>, op: Op) -> Lowered<bool> {
    let Some(counted) = recognise(body, op) else { return Ok(false) };
    let (f, location) = (body.f, body.m.emit.location);
    let i64 = body.m.emit.ty.i64;
    for &setup in &counted.setup {
        body.m.at(f.loc(setup));
        ops::lower(body, setup)?;
    }
    body.m.emit.location = location;
    let address = body.get(counted.counter)?;
    let low = body.m.emit.load(address, i64);
    let mut high = body.get(counted.bound)?;
    if counted.inclusive {
        let one = body.m.emit.int(i64, 1);
        high = body.m.emit.value("arith.addi", &[high, one], i64, &[]);
    }
    let step = body.m.emit.int(i64, counted.step);
    let block = body.m.emit.block;
    let (region, inside) = body.m.emit.region_with_block(&[i64]);
    body.counters.insert(counted.counter, argument_of(inside, 0));
    let done = structured::counted_body(body, op, inside);
    body.counters.remove(&counted.counter);
    body.m.emit.block = block;
    body.m.emit.location = location;
    let spec = Spec { operands: &[low, high, step], regions: &[region], ..Spec::default() };
    body.m.emit.op("scf.for", &spec);
    if counted.observed {
        // By steps of one, the bound itself, unless the loop did not start.
        let last = body.m.emit.value("arith.maxsi", &[low, high], i64, &[]);
        body.m.emit.store(last, address);
    }
    done.map(|()| true)
}

fn recognise(body: &Body<'_, '_>, op: Op) -> Option<Counted> {
    let f = body.f;
    let (counter, step) = step(body, op)?;
    let uses = body.shape.local(counter)?;
    let range = body.shape.range(op);
    if uses.escapes || uses.stores_in(range).len() != 1 || f.value_type(counter) == Type::I1 {
        return None;
    }
    // Inside a loop that counts by the same variable it would be stored to there.
    if body.counters.contains_key(&counter) {
        return None;
    }
    let condition = body.only_block(op, 0).ok()?;
    let ends = f.last(condition).filter(|&last| f.op_name(last) == luma::Yield::NAME)?;
    let &[test] = f.operands(ends) else { return None };
    let compare = luma::Cmp::cast(f, f.def_op(test)?)?;
    let (lhs, rhs) = (compare.lhs(f), compare.rhs(f));
    let predicate = compare.pred_attr(f).and_then(Attribute::as_str)?;
    let (counted, bound, inclusive) = match predicate {
        "lt" => (lhs, rhs, false),
        "le" => (lhs, rhs, true),
        "gt" => (rhs, lhs, false),
        "ge" => (rhs, lhs, true),
        _ => return None,
    };
    let loaded = luma::Load::cast(f, f.def_op(counted)?)?;
    if loaded.place(f) != counter || f.parent(loaded.0) != Some(condition) {
        return None;
    }
    let mut setup = Vec::new();
    for inside in f.block_ops(condition) {
        if inside == loaded.0 || inside == compare.0 || inside == ends {
            continue;
        }
        let def = body.m.module.context.op_def(f.op_name(inside));
        let fixed = match luma::Load::cast(f, inside) {
            Some(load) => body.shape.local(load.place(f)).is_some_and(|uses| {
                !uses.escapes && uses.stores_in(range).is_empty() && load.place(f) != counter
            }),
            None => def.traits.pure && f.op_regions(inside).is_empty(),
        };
        let varies = f.operands(inside).iter().any(|&v| v == counted || v == test);
        if !fixed || varies {
            return None;
        }
        setup.push(inside);
    }
    if bound == counted {
        return None;
    }
    let constant = number(body, bound);
    let cannot_wrap = match (constant, inclusive) {
        (Some(bound), false) => bound.checked_add(step - 1).is_some(),
        (Some(bound), true) => bound.checked_add(step).is_some(),
        (None, false) => step == 1,
        (None, true) => false,
    };
    if !cannot_wrap {
        return None;
    }
    let observed = uses.loaded_outside(range) || !set_right_before(body, op, counter);
    if observed && step != 1 {
        return None;
    }
    Some(Counted { counter, step, bound, inclusive, setup, observed })
}

/// The variable and the constant that the post region adds to it.
fn step(body: &Body<'_, '_>, op: Op) -> Option<(Value, i64)> {
    let f = body.f;
    let post = body.only_block(op, 2).ok()?;
    let (mut store, mut count) = (None, 0);
    for inside in f.block_ops(post) {
        count += 1;
        match f.op_name(inside) {
            luma::Store::NAME => store = Some(luma::Store(inside)),
            luma::Load::NAME | luma::Constant::NAME | luma::Add::NAME | luma::Yield::NAME => {}
            _ => return None,
        }
    }
    let store = store?;
    let counter = store.place(f);
    let add = luma::Add::cast(f, f.def_op(store.value(f))?)?;
    let (lhs, rhs) = (add.lhs(f), add.rhs(f));
    let (load, step) = match (number(body, rhs), number(body, lhs)) {
        (Some(step), None) => (lhs, step),
        (None, Some(step)) => (rhs, step),
        _ => return None,
    };
    let load = luma::Load::cast(f, f.def_op(load)?)?;
    let inside = |op| f.parent(op) == Some(post);
    let plain = load.place(f) == counter && inside(load.0) && inside(add.0);
    let wide = f.value_type(store.value(f)) == Type::I64;
    // Load, add, store, yield, and the constant unless it stands outside.
    (plain && wide && step > 0 && count <= 5).then_some((counter, step))
}

/// The integer that `value` always is.
fn number(body: &Body<'_, '_>, value: Value) -> Option<i64> {
    luma::Constant::cast(body.f, body.f.def_op(value)?)?.value_attr(body.f)?.as_int()
}

/// Whether the counter is stored to on every way to the loop, so that what a former run of the
/// loop left in it does not matter.
fn set_right_before(body: &Body<'_, '_>, op: Op, counter: Value) -> bool {
    let f = body.f;
    let store = body.shape.local(counter).and_then(|u| u.store_before(body.shape.range(op)));
    store.is_some_and(|store| {
        f.parent(store) == f.parent(op) && enclosing(f, store) == enclosing(f, op)
    })
}
