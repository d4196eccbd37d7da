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
        Type::F32 => (b"%.6f", emit.value("arith.extf", &[value], emit.ty.f64, &[])),
        Type::F64 => (b"%.6f", value),
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
    printf(body, format, &[shown]);
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
    printf(body, &format, &[]);
    Ok(())
}

fn printf(body: &mut Body<'_, '_>, format: &[u8], values: &[Val]) {
    let symbol = globals::string_symbol(body.m, format);
    calls::use_runtime(body.m, "printf");
    let emit = &body.m.emit;
    let mut operands = vec![emit.address_of(&symbol)];
    operands.extend_from_slice(values);
    let ty = calls::printf_type(emit);
    emit.llvm_call(Some("printf"), &operands, Some(emit.ty.i32), Some(ty));
}
