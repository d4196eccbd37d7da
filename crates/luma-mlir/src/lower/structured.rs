//! Structured operations without early exits, as scf.

use luma_ir::dialects::luma;
use luma_ir::{Block as LumaBlock, Op, Value};

use super::emit::{Block, Spec, Val, result_of};
use super::function::Body;
use super::{Lowered, cfg, counted, ops, shape};

/// Emits `op`, which has no early exits and nests less deep than the limit that `shape` keeps.
pub(crate) fn lower(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    match body.f.op_name(op) {
        luma::Block::NAME => {
            let inside = body.only_block(op, 0)?;
            let values = contents(body, inside, End::Values)?;
            for (i, value) in values.into_iter().enumerate() {
                let result = body.result(op, i)?;
                body.set(result, value);
            }
            Ok(())
        }
        luma::If::NAME => choice(body, op),
        luma::Loop::NAME if counted::lower(body, op)? => Ok(()),
        luma::Loop::NAME => repeat(body, op),
        _ => cfg::lower_switch(body, op),
    }
}

/// What the end of a region becomes.
#[derive(Clone, Copy)]
enum End {
    /// Nothing: its values are wanted.
    Values,
    /// `scf.yield`, with aggregates copied to these.
    Yield,
    /// `scf.condition`
    Condition,
}

/// Emits the operations of `block` at the cursor; returns what it yields.
fn contents(body: &mut Body<'_, '_>, block: LumaBlock, end: End) -> Lowered<Vec<Val>> {
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
            // The end of the body of its loop; other places count as exits.
            luma::Continue::NAME => return Ok(Vec::new()),
            luma::Unreachable::NAME => return nothing(body, op, end),
            luma::Break::NAME
            | luma::Return::NAME
            | luma::Br::NAME
            | luma::CondBr::NAME
            | luma::SwitchBr::NAME => {
                return Err(body.failure(op, "leaves a structured operation"));
            }
            _ => ops::lower(body, op)?,
        }
    }
    Ok(Vec::new())
}

/// What a region that never ends yields.
fn nothing(body: &mut Body<'_, '_>, op: Op, end: End) -> Lowered<Vec<Val>> {
    let f = body.f;
    if let End::Condition = end {
        let ty = body.m.emit.ty.i1;
        return Ok(vec![body.m.emit.value("llvm.mlir.poison", &[], ty, &[])]);
    }
    let mut values = Vec::new();
    for &result in shape::enclosing(f, op).map(|o| f.results(o)).unwrap_or_default() {
        values.push(body.poison(f.value_type(result), f.loc(op))?);
    }
    Ok(values)
}

/// Emits the region `index` of `op` into `block`, and ends that as `end` says.
fn region(
    body: &mut Body<'_, '_>,
    op: Op,
    index: usize,
    block: Block,
    homes: &[Option<Val>],
    end: End,
) -> Lowered<()> {
    let inside = body.only_block(op, index)?;
    body.m.emit.block = block;
    let values = contents(body, inside, end)?;
    finish(body, op, &values, homes, end)
}

/// Ends the block at the cursor.
fn finish(
    body: &mut Body<'_, '_>,
    op: Op,
    values: &[Val],
    homes: &[Option<Val>],
    end: End,
) -> Lowered<()> {
    let f = body.f;
    let mut operands = Vec::new();
    for (i, &value) in values.iter().enumerate() {
        match homes.get(i) {
            Some(Some(home)) => {
                let ty = f.value_type(body.result(op, i)?);
                body.copy(*home, value, ty, f.loc(op))?;
            }
            _ => operands.push(value),
        }
    }
    let name = match end {
        End::Condition => "scf.condition",
        End::Values | End::Yield => "scf.yield",
    };
    body.m.emit.effect(name, &operands, &[]);
    Ok(())
}

/// `luma.if`
fn choice(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let f = body.f;
    let condition = body.operand(op, 0)?;
    let condition = body.get(condition)?;
    let results: &[Value] = f.results(op);
    let (mut homes, mut types) = (Vec::new(), Vec::new());
    for &result in results {
        let ty = f.value_type(result);
        if body.is_aggregate(ty) {
            let memory = body.m.memory(ty, f.loc(op))?;
            homes.push(Some(body.alloca(memory)));
        } else {
            homes.push(None);
            types.push(body.value_type(ty));
        }
    }
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
    done?;
    let mut count = 0;
    for (&result, home) in results.iter().zip(&homes) {
        let value = home.unwrap_or_else(|| {
            count += 1;
            result_of(made, count - 1)
        });
        body.set(result, value);
    }
    Ok(())
}

/// `luma.loop` as `scf.while`.
fn repeat(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let (block, location) = (body.m.emit.block, body.m.emit.location);
    let (before, before_block) = body.m.emit.region_with_block(&[]);
    let (after, after_block) = body.m.emit.region_with_block(&[]);
    let mut done = region(body, op, 0, before_block, &[], End::Condition);
    if done.is_ok() {
        done = round(body, op, after_block);
    }
    body.m.emit.block = block;
    body.m.emit.location = location;
    body.m.emit.op("scf.while", &Spec { regions: &[before, after], ..Spec::default() });
    done
}

/// The body of a loop and what follows each round of it.
fn round(body: &mut Body<'_, '_>, op: Op, block: Block) -> Lowered<()> {
    let inside = body.only_block(op, 1)?;
    body.m.emit.block = block;
    contents(body, inside, End::Values)?;
    region(body, op, 2, block, &[], End::Yield)
}

/// The body of a counted loop.
pub(crate) fn counted_body(body: &mut Body<'_, '_>, op: Op, block: Block) -> Lowered<()> {
    region(body, op, 1, block, &[], End::Yield)
}
