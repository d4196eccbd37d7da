//! Integer division, which raises SIGFPE if there is no result: in LLVM, division by zero and of the
//! smallest integer by -1 is undefined behaviour.

use luma_ir::fold::int_constant;
use luma_ir::{Op, Type};

use super::emit::{Spec, Val};
use super::function::Body;
use super::{Lowered, calls};

/// The number of SIGFPE, the same on every supported system.
const SIGFPE: i64 = 8;

/// `luma.div` and `luma.rem` on integers, as the MLIR operation `name`.
pub(crate) fn divide(body: &mut Body<'_, '_>, op: Op, name: &str) -> Lowered<Val> {
    let (lhs, rhs) = (body.operand(op, 0)?, body.operand(op, 1)?);
    let ty = body.f.value_type(lhs);
    let harmless = int_constant(body.f, rhs).is_some_and(|divisor| divisor != 0 && divisor != -1);
    let (lhs, rhs) = (body.get(lhs)?, body.get(rhs)?);
    if !harmless {
        guard(body, ty, lhs, rhs);
    }
    Ok(body.m.emit.value(name, &[lhs, rhs], body.value_type(ty), &[]))
}

/// Raises SIGFPE if the quotient does not exist, as the instruction of x86-64 does.
fn guard(body: &mut Body<'_, '_>, ty: Type, lhs: Val, rhs: Val) {
    calls::use_runtime(body.m, "raise");
    let mlir = body.value_type(ty);
    let emit = &mut body.m.emit;
    let equals = emit.int_attr(emit.ty.i64, 0);
    let least = if ty == Type::I8 { i8::MIN.into() } else { i64::MIN };
    let is = |value: Val, other: i64| {
        let other = emit.int(mlir, other);
        emit.value("arith.cmpi", &[value, other], emit.ty.i1, &[("predicate", equals)])
    };
    let by_zero = is(rhs, 0);
    let overflow = emit.value("arith.andi", &[is(lhs, least), is(rhs, -1)], emit.ty.i1, &[]);
    let bad = emit.value("arith.ori", &[by_zero, overflow], emit.ty.i1, &[]);
    let (then, inside) = emit.region_with_block(&[]);
    let outside = std::mem::replace(&mut emit.block, inside);
    let signal = emit.int(emit.ty.i32, SIGFPE);
    emit.llvm_call(Some("raise"), &[signal], Some(emit.ty.i32), None);
    emit.effect("scf.yield", &[], &[]);
    emit.block = outside;
    let regions = &[then, emit.new_region()];
    emit.op("scf.if", &Spec { operands: &[bad], regions, ..Spec::default() });
}
