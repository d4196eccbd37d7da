//! `luma.print` as calls of C's `printf`.

use luma_ir::{Op, Type};

use super::emit::Val;
use super::function::Body;
use super::{Lowered, calls, globals};

/// Prints the operand in the format of its type.
pub(crate) fn print(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let value = body.operand(op, 0)?;
    if let Some(bytes) = body.literal(value) {
        return print_literal(body, &bytes);
    }
    let ty = body.f.value_type(value);
    let value = body.get(value)?;
    let element = body.m.module.context.element(ty);
    let emit = &body.m.emit;
    let (format, shown): (&[u8], Val) = match ty {
        Type::I64 => (b"%lld", value),
        Type::I8 => (b"%d", emit.value("arith.extui", &[value], emit.ty.i32, &[])),
        Type::F32 => {
            let wide = emit.value("arith.extf", &[value], emit.ty.f64, &[]);
            return print_float(body, wide);
        }
        Type::F64 => return print_float(body, value),
        Type::I1 => {
            let (yes, no) =
                (globals::string_symbol(body.m, b"true"), globals::string_symbol(body.m, b"false"));
            let emit = &body.m.emit;
            let (yes, no) = (emit.address_of(&yes), emit.address_of(&no));
            (b"%s", emit.value("arith.select", &[value, yes, no], emit.ty.ptr, &[]))
        }
        _ if element == Some(Type::I8) => (b"%s", value),
        _ => (b"%p", value),
    };
    let format = format_address(body, format);
    printf(body, format, &[shown]);
    Ok(())
}

/// C prints the sign of a NaN, which is not defined and differs between levels: a NaN is printed by
/// a format of its own, which ignores the argument.
fn print_float(body: &mut Body<'_, '_>, value: Val) -> Lowered<()> {
    let (number, nan) = (format_address(body, b"%.6f"), format_address(body, b"nan"));
    let emit = &body.m.emit;
    let unordered = emit.int_attr(emit.ty.i64, 14);
    let is_nan = emit.value("arith.cmpf", &[value, value], emit.ty.i1, &[("predicate", unordered)]);
    let format = emit.value("arith.select", &[is_nan, nan, number], emit.ty.ptr, &[]);
    printf(body, format, &[value]);
    Ok(())
}

/// A literal is its own format, up to the zero byte that ends it for C.
fn print_literal(body: &mut Body<'_, '_>, bytes: &[u8]) -> Lowered<()> {
    let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    if text.is_empty() {
        return Ok(());
    }
    let mut format = Vec::with_capacity(text.len());
    for &byte in text {
        if byte == b'%' {
            format.push(b'%');
        }
        format.push(byte);
    }
    let format = format_address(body, &format);
    printf(body, format, &[]);
    Ok(())
}

fn format_address(body: &mut Body<'_, '_>, format: &[u8]) -> Val {
    let symbol = globals::string_symbol(body.m, format);
    body.m.emit.address_of(&symbol)
}

fn printf(body: &mut Body<'_, '_>, format: Val, values: &[Val]) {
    calls::use_runtime(body.m, "printf");
    let emit = &body.m.emit;
    let mut operands = vec![format];
    operands.extend_from_slice(values);
    let ty = calls::printf_type(emit);
    emit.llvm_call(Some("printf"), &operands, Some(emit.ty.i32), Some(ty));
}
