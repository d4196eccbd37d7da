//! Loops that count: `scf.for`.
//!
//! A `luma.loop` counts by a value it carries, or by a variable if it carries nothing. It counts if
//!
//! * its post region adds a positive constant to that (and, for a variable, does nothing else);
//! * its condition compares that with a bound, by `lt` or `le`, computes the bound from nothing
//!   that the loop changes, without effects, and passes on what the loop carries as it is;
//! * its body passes on that value as it is, or only loads the variable, whose address is nowhere;
//! * the sum cannot pass the largest integer before the bound stops the loop (where it wraps, the
//!   loop goes on, and `scf.for` would not).
//!
//! A variable then needs no memory inside; it gets its last value afterwards if anyone may look. Other
//! values the loop carries are carried by `scf.for`.

use luma_ir::dialects::luma;
use luma_ir::fold::int_constant;
use luma_ir::{Attribute, Def, Op, Type, Value};

use super::emit::{Block, Spec, Ty, Val, argument_of, result_of};
use super::function::Body;
use super::shape::enclosing;
use super::{Lowered, ops, structured};

/// What a loop counts by.
#[derive(Clone, Copy, PartialEq)]
enum Counter {
    /// A variable: its place.
    Variable(Value),
    /// One of the values it carries.
    Carried(usize),
}

/// A loop that counts.
struct Counted {
    counter: Counter,
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
    if body.m.debug.is_some() && matches!(counted.counter, Counter::Variable(_)) {
        // Debuggers look for a variable in its memory.
        return Ok(false);
    }
    let (f, location) = (body.f, body.m.emit.location);
    let i64 = body.m.emit.ty.i64;
    for &setup in &counted.setup {
        body.m.at(f.loc(setup));
        ops::lower(body, setup)?;
    }
    body.m.emit.location = location;
    let mut carried = Vec::new();
    for &value in f.operands(op) {
        carried.push(body.get(value)?);
    }
    let mut types: Vec<Ty> =
        f.results(op).iter().map(|&value| body.value_type(f.value_type(value))).collect();
    let (low, address) = match counted.counter {
        Counter::Variable(place) => {
            let address = body.get(place)?;
            (body.m.emit.load(address, i64), Some(address))
        }
        Counter::Carried(index) => {
            types.remove(index);
            (carried.remove(index), None)
        }
    };
    let mut high = body.get(counted.bound)?;
    if counted.inclusive {
        let one = body.m.emit.int(i64, 1);
        high = body.m.emit.value("arith.addi", &[high, one], i64, &[]);
    }
    let step = body.m.emit.int(i64, counted.step);
    let block = body.m.emit.block;
    let (region, inside) = body.m.emit.region_with_block(&[&[i64], types.as_slice()].concat());
    let done = round(body, op, inside, &counted, types.len());
    body.m.emit.block = block;
    body.m.emit.location = location;
    let operands = [&[low, high, step], carried.as_slice()].concat();
    let spec = Spec { operands: &operands, results: &types, regions: &[region], ..Spec::default() };
    let made = body.m.emit.op("scf.for", &spec);
    done?;
    let mut results: Vec<Val> = (0..types.len()).map(|i| result_of(made, i)).collect();
    if counted.observed {
        // By steps of one, the bound itself, unless the loop did not start.
        let last = body.m.emit.value("arith.maxsi", &[low, high], i64, &[]);
        match counted.counter {
            Counter::Variable(_) => {
                if let Some(address) = address {
                    body.m.emit.store(last, address);
                }
            }
            Counter::Carried(index) => results.insert(index, last),
        }
    } else if let Counter::Carried(index) = counted.counter {
        // Nobody looks.
        results.insert(index, low);
    }
    for (&result, value) in f.results(op).iter().zip(results) {
        body.set(result, value);
    }
    Ok(true)
}

/// Emits what happens in one round into `block`, whose arguments are the counter and `others` more.
fn round(
    body: &mut Body<'_, '_>,
    op: Op,
    block: Block,
    counted: &Counted,
    others: usize,
) -> Lowered<()> {
    let number = argument_of(block, 0);
    match counted.counter {
        Counter::Variable(place) => {
            body.counters.insert(place, number);
            let done = structured::counted_body(body, op, block);
            body.counters.remove(&place);
            done
        }
        Counter::Carried(index) => {
            let mut args: Vec<Val> = (1..=others).map(|i| argument_of(block, i)).collect();
            args.insert(index, number);
            let mut values = structured::round_values(body, op, block, &args)?;
            values.remove(index);
            body.m.emit.effect("scf.yield", &values, &[]);
            Ok(())
        }
    }
}

fn recognise(body: &Body<'_, '_>, op: Op) -> Option<Counted> {
    let f = body.f;
    let (counter, step) = match f.results(op) {
        [] => step_of_variable(body, op)?,
        _ => step_of_carried(body, op)?,
    };
    let range = body.shape.range(op);
    if let Counter::Variable(place) = counter {
        let uses = body.shape.local(place)?;
        if uses.escapes || uses.stores_in(range).len() != 1 || f.value_type(place) == Type::I1 {
            return None;
        }
        // Inside a loop that counts by the same variable it would be stored to there.
        if body.counters.contains_key(&place) {
            return None;
        }
    }
    let condition = body.only_block(op, 0).ok()?;
    let ends = f.last(condition).filter(|&last| f.op_name(last) == luma::Yield::NAME)?;
    let (&test, passed) = f.operands(ends).split_first()?;
    if passed != f.block_args(condition) {
        return None;
    }
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
    let loaded = match counter {
        Counter::Variable(place) => {
            let load = luma::Load::cast(f, f.def_op(counted)?)?;
            if load.place(f) != place || f.parent(load.0) != Some(condition) {
                return None;
            }
            Some(load.0)
        }
        Counter::Carried(index) => {
            if f.block_args(condition).get(index) != Some(&counted) {
                return None;
            }
            None
        }
    };
    let is_carried = |value: Value| matches!(f.def(value), Def::Arg(home, _) if home == condition);
    let mut setup = Vec::new();
    for inside in f.block_ops(condition) {
        if Some(inside) == loaded || inside == compare.0 || inside == ends {
            continue;
        }
        let def = body.m.module.context.op_def(f.op_name(inside));
        let fixed = match luma::Load::cast(f, inside) {
            Some(load) => body.shape.local(load.place(f)).is_some_and(|uses| {
                let changes = uses.escapes || !uses.stores_in(range).is_empty();
                !changes && counter != Counter::Variable(load.place(f))
            }),
            None => def.traits.pure && f.op_regions(inside).is_empty(),
        };
        let varies = f.operands(inside).iter().any(|&v| v == counted || v == test || is_carried(v));
        if !fixed || varies {
            return None;
        }
        setup.push(inside);
    }
    if bound == counted || is_carried(bound) {
        return None;
    }
    let constant = int_constant(body.f, bound);
    let cannot_wrap = match (constant, inclusive) {
        (Some(bound), false) => bound.checked_add(step - 1).is_some(),
        (Some(bound), true) => bound.checked_add(step).is_some(),
        (None, false) => step == 1,
        (None, true) => false,
    };
    if !cannot_wrap {
        return None;
    }
    let observed = match counter {
        Counter::Variable(place) => {
            let loaded = body.shape.local(place).is_none_or(|uses| uses.loaded_outside(range));
            loaded || !set_right_before(body, op, place)
        }
        Counter::Carried(index) => {
            f.results(op).get(index).is_none_or(|&result| body.shape.is_used(result))
        }
    };
    if observed && step != 1 {
        return None;
    }
    Some(Counted { counter, step, bound, inclusive, setup, observed })
}

/// The first value carried that the body passes on as it is and the post region adds a constant to,
/// and that the condition looks at.
fn step_of_carried(body: &Body<'_, '_>, op: Op) -> Option<(Counter, i64)> {
    let f = body.f;
    let [condition, inside, post] = [0, 1, 2].map(|index| body.only_block(op, index).ok());
    let (condition, inside, post) = (condition?, inside?, post?);
    let test = f.def_op(*f.operands(f.last(condition)?).first()?)?;
    let ends = [luma::Yield::NAME, luma::Continue::NAME];
    let last = f.last(inside).filter(|&last| ends.contains(&f.op_name(last)))?;
    let next = f.last(post).filter(|&last| f.op_name(last) == luma::Yield::NAME)?;
    f.operands(test).iter().find_map(|&looked_at| {
        let index = f.block_args(condition).iter().position(|&arg| arg == looked_at)?;
        let passed = f.operands(last).get(index) == f.block_args(inside).get(index);
        let sum = *f.operands(next).get(index)?;
        let add = luma::Add::cast(f, f.def_op(sum)?)?;
        let arg = *f.block_args(post).get(index)?;
        let step = match (add.lhs(f), add.rhs(f)) {
            (lhs, rhs) if lhs == arg => int_constant(body.f, rhs)?,
            (lhs, rhs) if rhs == arg => int_constant(body.f, lhs)?,
            _ => return None,
        };
        let fine = passed && step > 0 && f.value_type(sum) == Type::I64;
        fine.then_some((Counter::Carried(index), step))
    })
}

/// The variable and the constant that the post region adds to it.
fn step_of_variable(body: &Body<'_, '_>, op: Op) -> Option<(Counter, i64)> {
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
    let (load, step) = match (int_constant(body.f, rhs), int_constant(body.f, lhs)) {
        (Some(step), None) => (lhs, step),
        (None, Some(step)) => (rhs, step),
        _ => return None,
    };
    let load = luma::Load::cast(f, f.def_op(load)?)?;
    let inside = |op| f.parent(op) == Some(post);
    let plain = load.place(f) == counter && inside(load.0) && inside(add.0);
    let wide = f.value_type(store.value(f)) == Type::I64;
    // Load, add, store, yield, and the constant unless it stands outside.
    (plain && wide && step > 0 && count <= 5).then_some((Counter::Variable(counter), step))
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
