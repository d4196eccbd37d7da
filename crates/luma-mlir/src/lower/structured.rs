//! Lowers structured operations to scf.

use luma_diagnostics::OrNever as _;
use luma_ir::dialects::luma;
use luma_ir::{Block as LumaBlock, Op};

use super::cfg::Homes;
use super::emit::{Block, Spec, Ty, Val, argument_of, result_of};
use super::function::Body;
use super::{Lowered, cfg, counted, ops, shape};

/// Emits `op`. It recurses on nested operations, whose depth `structured-to-cfg` limits.
pub(crate) fn lower(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    match body.f.op_name(op) {
        luma::If::NAME => choice(body, op),
        luma::Loop::NAME if counted::lower(body, op)? => Ok(()),
        luma::Loop::NAME => repeat(body, op),
        _ => cfg::lower_switch(body, op),
    }
}

/// What the end of a region becomes.
#[derive(Clone, Copy)]
pub(crate) enum End {
    /// `scf.yield`, with aggregates copied to these.
    Yield,
    /// `scf.condition`
    Condition,
}

/// Emits the operations of `block` at the cursor; returns what it yields.
fn contents(body: &mut Body<'_, '_>, block: LumaBlock) -> Lowered<Vec<Val>> {
    let f = body.f;
    let mut next = f.first(block);
    while let Some(op) = next {
        next = f.next(op);
        body.m.at(f.loc(op));
        if shape::is_structured(f, op) {
            lower(body, op)?;
            continue;
        }
        match f.op_name(op) {
            luma::Yield::NAME => {
                let mut values = Vec::new();
                for &value in f.operands(op) {
                    values.push(body.get(value)?);
                }
                return Ok(values);
            }
            luma::Break::NAME
            | luma::Continue::NAME
            | luma::Return::NAME
            | luma::Unreachable::NAME
            | luma::Br::NAME
            | luma::CondBr::NAME
            | luma::SwitchBr::NAME => {
                let why = "leaves a structured operation: `structured-to-cfg` must run before";
                return Err(body.failure(op, why));
            }
            _ => ops::lower(body, op)?,
        }
    }
    Ok(Vec::new())
}

/// Emits the region `index` of `op` into `block`, and ends that as `end` says.
pub(crate) fn region(
    body: &mut Body<'_, '_>,
    op: Op,
    index: usize,
    block: Block,
    homes: &Homes,
    end: End,
) -> Lowered<()> {
    let inside = body.only_block(op, index)?;
    body.m.emit.block = block;
    let values = contents(body, inside)?;
    finish(body, op, &values, homes, end)
}

/// Ends the block at the cursor.
fn finish(body: &mut Body<'_, '_>, op: Op, values: &[Val], homes: &Homes, end: End) -> Lowered<()> {
    let f = body.f;
    let mut operands = Vec::new();
    for (i, &value) in values.iter().enumerate() {
        match homes.get(i) {
            Some(Some((home, ty))) => body.copy(*home, value, *ty, f.loc(op))?,
            _ => operands.push(value),
        }
    }
    let name = match end {
        End::Condition => "scf.condition",
        End::Yield => "scf.yield",
    };
    body.m.emit.effect(name, &operands, &[]);
    Ok(())
}

/// `luma.if`
fn choice(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let f = body.f;
    let condition = body.operand(op, 0)?;
    let condition = body.get(condition)?;
    let (homes, types) = cfg::make_homes(body, f.results(op), Some(op))?;
    let (block, location) = (body.m.emit.block, body.m.emit.location);
    let (then, then_block) = body.m.emit.region_with_block(&[]);
    let other = body.m.emit.new_region();
    let mut done = region(body, op, 0, then_block, &homes, End::Yield);
    if f.op_regions(op).len() > 1 && done.is_ok() {
        let other_block = body.m.emit.new_block(&[]);
        body.m.emit.append_block(other, other_block);
        done = region(body, op, 1, other_block, &homes, End::Yield);
    }
    body.m.emit.block = block;
    body.m.emit.location = location;
    let regions = &[then, other];
    let operands = &[condition];
    let made =
        body.m.emit.op("scf.if", &Spec { operands, results: &types, regions, ..Spec::default() });
    cfg::bind_results(body, op, made, &homes);
    done
}

/// `luma.loop` as `scf.while`. `structured-to-cfg` leaves no loop that carries an aggregate.
fn repeat(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let f = body.f;
    let mut inits = Vec::new();
    for &value in f.operands(op) {
        inits.push(body.get(value)?);
    }
    let types: Vec<Ty> =
        f.results(op).iter().map(|&value| body.value_type(f.value_type(value))).collect();
    let (block, location) = (body.m.emit.block, body.m.emit.location);
    let (before, before_block) = body.m.emit.region_with_block(&types);
    let (after, after_block) = body.m.emit.region_with_block(&types);
    bind_args(body, op, 0, &arguments(before_block, types.len()));
    let mut done = region(body, op, 0, before_block, &Homes::new(), End::Condition);
    if done.is_ok() {
        done = round(body, op, after_block, &arguments(after_block, types.len()));
    }
    body.m.emit.block = block;
    body.m.emit.location = location;
    let regions = &[before, after];
    let spec = Spec { operands: &inits, results: &types, regions, ..Spec::default() };
    let made = body.m.emit.op("scf.while", &spec);
    for (i, &result) in f.results(op).iter().enumerate() {
        body.set(result, result_of(made, i));
    }
    done
}

/// The body of a loop and what follows each round of it. `args` are the values it carries.
fn round(body: &mut Body<'_, '_>, op: Op, block: Block, args: &[Val]) -> Lowered<()> {
    let values = round_values(body, op, block, args)?;
    finish(body, op, &values, &Homes::new(), End::Yield)
}

/// The same without an end: what is carried into the next round.
pub(crate) fn round_values(
    body: &mut Body<'_, '_>,
    op: Op,
    block: Block,
    args: &[Val],
) -> Lowered<Vec<Val>> {
    let (inside, post) = (body.only_block(op, 1)?, body.only_block(op, 2)?);
    body.m.emit.block = block;
    bind_args(body, op, 1, args);
    let values = contents(body, inside)?;
    bind_args(body, op, 2, &values);
    contents(body, post)
}

/// Makes the arguments of region `index` of `op` these.
fn bind_args(body: &mut Body<'_, '_>, op: Op, index: usize, values: &[Val]) {
    let f = body.f;
    let block = f.op_regions(op).get(index).and_then(|&region| f.blocks(region).first());
    let args = block.map(|&block| f.block_args(block));
    let args = args.or_never(&[], "regions of structured operations have a block");
    for (&arg, &value) in args.iter().zip(values) {
        body.set(arg, value);
    }
}

/// The arguments of a block.
pub(crate) fn arguments(block: Block, count: usize) -> Vec<Val> {
    (0..count).map(|i| argument_of(block, i)).collect()
}

/// The body of a loop that counts by a variable.
pub(crate) fn counted_body(body: &mut Body<'_, '_>, op: Op, block: Block) -> Lowered<()> {
    region(body, op, 1, block, &Homes::new(), End::Yield)
}
