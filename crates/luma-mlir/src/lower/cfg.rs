//! Graphs of blocks: function bodies, and switches, for which scf has no operation.

use std::rc::Rc;

use luma_diagnostics::{OrNever as _, never};
use luma_ir::dialects::luma;
use luma_ir::fold::int_of;
use luma_ir::{Attribute, Block as LumaBlock, Entity, Op, SuccessorRef, Type, Value};

use super::emit::{Block, Operation, Region, Spec, Ty, Val, argument_of, result_of};
use super::function::Body;
use super::{Lowered, calls, ops, shape, structured};

/// For each of several values, where to put it if it is an aggregate.
pub(crate) type Homes = Vec<Option<(Val, Type)>>;

/// A block to go to, and what its arguments are.
struct Target {
    block: Block,
    /// For each argument.
    homes: Homes,
}

/// For each block of the function, its MLIR block.
type Targets = Vec<Option<Rc<Target>>>;

/// Emits the body of the function; `entry` is the start of `region`.
pub(crate) fn lower_body(body: &mut Body<'_, '_>, region: Region, entry: Block) -> Lowered<()> {
    let f = body.f;
    let order = reverse_postorder(body);
    let mut targets: Targets = Vec::new();
    targets.resize_with(f.block_capacity(), || None);
    for (i, &block) in order.iter().enumerate() {
        let target = if i == 0 {
            Target { block: entry, homes: Vec::new() }
        } else {
            // Every block is owned by the region, even if an error stops the rest.
            let target = make_target(body, f.block_args(block), f.first(block))?;
            body.m.emit.append_block(region, target.block);
            target
        };
        targets[block.index()] = Some(Rc::new(target));
    }
    for block in order {
        fill(body, &targets, block)?;
    }
    Ok(())
}

/// Fills the MLIR block of `block`.
fn fill(body: &mut Body<'_, '_>, targets: &Targets, block: LumaBlock) -> Lowered<()> {
    let f = body.f;
    let Some(target) = &targets[block.index()] else {
        never!("no block was made for {block:?}");
        return Ok(());
    };
    body.m.emit.block = target.block;
    for op in f.block_ops(block) {
        body.m.at(f.loc(op));
        if shape::is_structured(f, op) {
            structured::lower(body, op)?;
            continue;
        }
        match f.op_name(op) {
            luma::Return::NAME => return calls::ret(body, op),
            luma::Unreachable::NAME => {
                body.m.emit.effect("llvm.unreachable", &[], &[]);
                return Ok(());
            }
            luma::Br::NAME | luma::CondBr::NAME | luma::SwitchBr::NAME => {
                return jump(body, targets, op);
            }
            luma::Yield::NAME | luma::Break::NAME | luma::Continue::NAME => {
                return Err(body.failure(op, "is not in a structured operation"));
            }
            _ => ops::lower(body, op)?,
        }
    }
    never!("{block:?} has no terminator");
    body.m.emit.effect("llvm.unreachable", &[], &[]);
    Ok(())
}

/// Emits a `luma.switch` as a graph of its own, in a `scf.execute_region`: scf's own switch compares
/// 32 bits only, and takes one label a region.
pub(crate) fn lower_switch(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let (homes, types) = make_homes(body, body.f.results(op), Some(op))?;
    let region = body.m.emit.new_region();
    let (block, location) = (body.m.emit.block, body.m.emit.location);
    let start = body.m.emit.new_block(&[]);
    body.enter(region, start);
    let done = switch_region(body, op, region, &homes);
    body.m.emit.block = block;
    body.m.emit.location = location;
    let spec = Spec { results: &types, regions: &[region], ..Spec::default() };
    let made = body.m.emit.op("scf.execute_region", &spec);
    bind_results(body, op, made, &homes);
    done
}

/// The switch and its arms, which hand their results over by `scf.yield` and `homes`.
fn switch_region(body: &mut Body<'_, '_>, op: Op, region: Region, homes: &Homes) -> Lowered<()> {
    let blocks: Vec<Block> = body
        .f
        .op_regions(op)
        .iter()
        .map(|_| {
            let block = body.m.emit.new_block(&[]);
            body.m.emit.append_block(region, block);
            block
        })
        .collect();
    let flag = flag(body, op)?;
    let Some((&default, arms)) = blocks.split_first() else {
        return Err(body.failure(op, "has no default"));
    };
    let cases: Vec<(i64, Block, Vec<Val>)> =
        labels(body, op).into_iter().map(|(label, arm)| (label, arms[arm], Vec::new())).collect();
    body.m.emit.switch(flag, (default, &[]), &cases);
    for (index, &block) in blocks.iter().enumerate() {
        structured::region(body, op, index, block, homes, structured::End::Yield)?;
    }
    Ok(())
}

/// The value a switch looks at, in 64 bits.
fn flag(body: &mut Body<'_, '_>, op: Op) -> Lowered<Val> {
    let value = body.operand(op, 0)?;
    let narrow = body.f.value_type(value) == Type::I8;
    let value = body.get(value)?;
    let emit = &body.m.emit;
    Ok(if narrow { emit.value("arith.extsi", &[value], emit.ty.i64, &[]) } else { value })
}

/// The labels of a switch, each with the index of its arm.
fn labels(body: &Body<'_, '_>, op: Op) -> Vec<(i64, usize)> {
    let f = body.f;
    let ty = f.value_type(f.operands(op)[0]);
    let cases = f.op_attribute(op, luma_ir::dialects::attr::CASES).and_then(Attribute::as_array);
    let mut seen = rustc_hash::FxHashSet::default();
    let mut labels = Vec::new();
    let cases = cases.or_never(&[], "a switch has lists of labels");
    for (arm, case) in cases.iter().enumerate() {
        for label in case.as_array().or_never(&[], "the labels of a case are a list") {
            let label = int_of(label, ty).or_never(0, "labels are integers");
            // 200 and -56 are one byte: the first arm wins, as in the text.
            if seen.insert(label) {
                labels.push((label, arm));
            }
        }
    }
    labels
}

// --- jumps between blocks -----------------------------------------------------------------------

/// `luma.br`, `luma.cond_br` and `luma.switch_br`.
fn jump(body: &mut Body<'_, '_>, targets: &Targets, op: Op) -> Lowered<()> {
    let f = body.f;
    let all = targets;
    let mut targets = Vec::new();
    for SuccessorRef { block, args } in f.successors(op) {
        let target = all[block.index()].clone();
        let target = target.ok_or_else(|| body.failure(op, "goes to a block it cannot reach"))?;
        targets.push((target, args));
    }
    if let [(target, args)] = targets.as_slice()
        && f.op_name(op) == luma::Br::NAME
    {
        return goto(body, op, args, target);
    }
    // Aggregates are copied before the jump, and must not be when it goes elsewhere.
    if targets.iter().any(|(target, _)| target.homes.iter().any(Option::is_some)) {
        return Err(body.failure(op, "passes a struct or an array to one of several blocks"));
    }
    let mut edges = Vec::with_capacity(targets.len());
    for (target, args) in &targets {
        edges.push((target.block, pass(body, op, args, &target.homes)?));
    }
    if f.op_name(op) == luma::CondBr::NAME {
        let condition = body.operand(op, 0)?;
        let condition = body.get(condition)?;
        let [(then, then_args), (other, other_args)] = edges.as_slice() else {
            return Err(body.failure(op, "needs two successors"));
        };
        body.m.emit.cond_branch(condition, (*then, then_args), (*other, other_args));
        return Ok(());
    }
    let flag = flag(body, op)?;
    let labels = labels(body, op);
    let Some(((default, default_args), arms)) = edges.split_first() else {
        return Err(body.failure(op, "needs successors"));
    };
    let cases: Vec<(i64, Block, Vec<Val>)> = labels
        .into_iter()
        .map(|(label, arm)| {
            let (block, args) = &arms[arm];
            (label, *block, args.clone())
        })
        .collect();
    body.m.emit.switch(flag, (*default, default_args), &cases);
    Ok(())
}

/// Goes to `target` with `values`.
fn goto(body: &mut Body<'_, '_>, op: Op, values: &[Value], target: &Target) -> Lowered<()> {
    let args = pass(body, op, values, &target.homes)?;
    body.m.emit.branch(target.block, &args);
    Ok(())
}

/// A new block with an argument for each of `args`, which are bound to them.
fn make_target(body: &mut Body<'_, '_>, args: &[Value], at: Option<Op>) -> Lowered<Target> {
    let (homes, types) = make_homes(body, args, at)?;
    let target = Target { block: body.m.emit.new_block(&types), homes };
    let mut count = 0;
    for (&arg, home) in args.iter().zip(&target.homes) {
        let value = home.map(|(home, _)| home).unwrap_or_else(|| {
            count += 1;
            argument_of(target.block, count - 1)
        });
        body.set(arg, value);
    }
    Ok(target)
}

/// New memory for the aggregates among `values`, and the types of the others.
pub(crate) fn make_homes(
    body: &mut Body<'_, '_>,
    values: &[Value],
    at: Option<Op>,
) -> Lowered<(Homes, Vec<Ty>)> {
    let f = body.f;
    let loc = at.map_or(f.loc, |op| f.loc(op));
    let (mut homes, mut types) = (Vec::new(), Vec::new());
    for &value in values {
        let ty = f.value_type(value);
        if body.is_aggregate(ty) {
            let memory = body.m.memory(ty, loc)?;
            homes.push(Some((body.alloca(memory), ty)));
        } else {
            homes.push(None);
            types.push(body.value_type(ty));
        }
    }
    Ok((homes, types))
}

/// Makes the results of `op` those of `made`, but for aggregates, which are in their homes.
pub(crate) fn bind_results(body: &mut Body<'_, '_>, op: Op, made: Operation, homes: &Homes) {
    let mut count = 0;
    for (&result, home) in body.f.results(op).iter().zip(homes) {
        let value = home.map(|(home, _)| home).unwrap_or_else(|| {
            count += 1;
            result_of(made, count - 1)
        });
        body.set(result, value);
    }
}

/// Hands `values` over: aggregates by copying them to `homes`, the others returned.
fn pass(body: &mut Body<'_, '_>, op: Op, values: &[Value], homes: &Homes) -> Lowered<Vec<Val>> {
    let loc = body.f.loc(op);
    let (mut args, mut moves) = (Vec::new(), Vec::new());
    for (&value, home) in values.iter().zip(homes) {
        let found = body.get(value)?;
        match home {
            Some((home, ty)) => moves.push((*home, found, *ty)),
            None => args.push(found),
        }
    }
    // All at once: with several, one home may be the source of another.
    if moves.len() > 1 {
        for (_, from, ty) in &mut moves {
            let memory = body.m.memory(*ty, loc)?;
            let between = body.alloca(memory);
            body.m.emit.copy(between, *from, memory.bytes());
            *from = between;
        }
    }
    for (home, from, ty) in moves {
        body.copy(home, from, ty, loc)?;
    }
    Ok(args)
}

/// The blocks of the body that can be reached, each after one of its predecessors, so that values
/// are defined before they are used.
fn reverse_postorder(body: &Body<'_, '_>) -> Vec<LumaBlock> {
    let f = body.f;
    let Some(entry) = f.entry() else { return Vec::new() };
    let mut seen = vec![false; f.block_capacity()];
    let mut order = Vec::new();
    let visit =
        |seen: &mut Vec<bool>, block: LumaBlock| !std::mem::replace(&mut seen[block.index()], true);
    visit(&mut seen, entry);
    let mut stack = vec![(entry, 0)];
    while let Some((block, next)) = stack.last_mut() {
        match f.successors(f.terminator(*block)).get(*next) {
            Some(successor) => {
                *next += 1;
                if visit(&mut seen, successor.block) {
                    stack.push((successor.block, 0));
                }
            }
            None => {
                order.push(*block);
                stack.pop();
            }
        }
    }
    order.reverse();
    order
}
