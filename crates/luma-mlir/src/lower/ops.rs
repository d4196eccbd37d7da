//! Operations without control flow.

use luma_ir::dialects::luma;
use luma_ir::fold::int_of;
use luma_ir::{Attribute, Op, Type, TypeData};

use super::emit::Val;
use super::function::Body;
use super::{Lowered, calls, debug, division, print, shape};

/// Emits `op`, which neither ends a block nor has regions.
pub(crate) fn lower(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    match body.f.op_name(op) {
        luma::Constant::NAME => constant(body, op),
        luma::Null::NAME => {
            let null = body.m.emit.value("llvm.mlir.zero", &[], body.m.emit.ty.ptr, &[]);
            set_result(body, op, null)
        }
        // Made where it is used.
        luma::String::NAME => Ok(()),
        luma::Sizeof::NAME => sizeof(body, op),
        luma::Add::NAME => binary(body, op, "arith.addi", "arith.addf"),
        luma::Sub::NAME => binary(body, op, "arith.subi", "arith.subf"),
        luma::Mul::NAME => binary(body, op, "arith.muli", "arith.mulf"),
        luma::Div::NAME => binary(body, op, "arith.divsi", "arith.divf"),
        luma::Rem::NAME => binary(body, op, "arith.remsi", "arith.remf"),
        luma::And::NAME => binary(body, op, "arith.andi", ""),
        luma::Or::NAME => binary(body, op, "arith.ori", ""),
        luma::Xor::NAME => binary(body, op, "arith.xori", ""),
        luma::Shl::NAME => shift(body, op, "arith.shli"),
        luma::Shr::NAME => shift(body, op, "arith.shrsi"),
        luma::Neg::NAME => neg(body, op),
        luma::Not::NAME => not(body, op),
        luma::Cmp::NAME => compare(body, op),
        luma::Cast::NAME => cast(body, op),
        luma::Local::NAME => local(body, op),
        luma::GlobalAddr::NAME => global_address(body, op),
        luma::Field::NAME => field(body, op),
        luma::Element::NAME => element(body, op),
        luma::Offset::NAME => offset(body, op),
        luma::Deref::NAME | luma::AddrOf::NAME => identity(body, op),
        luma::Load::NAME => load(body, op),
        luma::Store::NAME => store(body, op),
        luma::Copy::NAME => copy(body, op),
        luma::Zero::NAME => zero(body, op),
        luma::Call::NAME => calls::call(body, op),
        luma::Alloc::NAME => calls::alloc(body, op),
        luma::Free::NAME => calls::free(body, op),
        luma::Print::NAME => print::print(body, op),
        luma::Defer::NAME => Err(body.failure(op, "must be lowered before code is generated")),
        _ if shape::is_identity(body.f, op) => identity(body, op),
        _ => Err(body.failure(op, "has no MLIR form")),
    }
}

fn set_result(body: &mut Body<'_, '_>, op: Op, value: Val) -> Lowered<()> {
    let result = body.result(op, 0)?;
    body.set(result, value);
    Ok(())
}

fn identity(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let value = body.operand(op, 0)?;
    let value = body.get(value)?;
    set_result(body, op, value)
}

// --- values -------------------------------------------------------------------------------------

fn constant(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let ty = body.f.value_type(body.result(op, 0)?);
    let mlir = body.value_type(ty);
    let emit = &body.m.emit;
    let value = match luma::Constant(op).value_attr(body.f) {
        Some(&Attribute::Bool(value)) => emit.bool_attr(value),
        Some(value @ Attribute::Int(..)) => {
            let value = int_of(value, ty).ok_or_else(|| body.failure(op, "has no value"))?;
            emit.int_attr(mlir, value)
        }
        Some(&Attribute::Float(value, _)) => emit.float_attr(mlir, value),
        _ => return Err(body.failure(op, "has no value")),
    };
    let value = emit.value("arith.constant", &[], mlir, &[("value", value)]);
    set_result(body, op, value)
}

fn sizeof(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let ty = luma::Sizeof(op).of_attr(body.f).and_then(Attribute::as_type);
    let ty = ty.ok_or_else(|| body.failure(op, "names no type"))?;
    let memory = body.m.memory(ty, body.f.loc(op))?;
    let size = body.m.emit.int(body.m.emit.ty.i64, memory.bytes());
    set_result(body, op, size)
}

/// Two operands and a result of one type, integer or float.
fn binary(body: &mut Body<'_, '_>, op: Op, int: &str, float: &str) -> Lowered<()> {
    let (lhs, rhs) = (body.operand(op, 0)?, body.operand(op, 1)?);
    let ty = body.f.value_type(lhs);
    if !ty.is_float() && matches!(body.f.op_name(op), luma::Div::NAME | luma::Rem::NAME) {
        let value = division::divide(body, op, int)?;
        return set_result(body, op, value);
    }
    let (lhs, rhs) = (body.get(lhs)?, body.get(rhs)?);
    let name = if ty.is_float() { float } else { int };
    let value = body.m.emit.value(name, &[lhs, rhs], body.value_type(ty), &[]);
    set_result(body, op, value)
}

/// Shifts take their count modulo 64; bytes are shifted as 64-bit integers.
fn shift(body: &mut Body<'_, '_>, op: Op, name: &str) -> Lowered<()> {
    let (lhs, rhs) = (body.operand(op, 0)?, body.operand(op, 1)?);
    let ty = body.f.value_type(lhs);
    let (mut lhs, mut rhs) = (body.get(lhs)?, body.get(rhs)?);
    let emit = &body.m.emit;
    let i64 = emit.ty.i64;
    if ty == Type::I8 {
        lhs = emit.value("arith.extsi", &[lhs], i64, &[]);
        rhs = emit.value("arith.extsi", &[rhs], i64, &[]);
    }
    let mask = emit.int(i64, 63);
    let count = emit.value("arith.andi", &[rhs, mask], i64, &[]);
    let mut value = emit.value(name, &[lhs, count], i64, &[]);
    if ty == Type::I8 {
        value = emit.value("arith.trunci", &[value], emit.ty.i8, &[]);
    }
    set_result(body, op, value)
}

fn neg(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let value = body.operand(op, 0)?;
    let ty = body.f.value_type(value);
    let value = body.get(value)?;
    let mlir = body.value_type(ty);
    let emit = &body.m.emit;
    let value = if ty.is_float() {
        emit.value("arith.negf", &[value], mlir, &[])
    } else {
        let zero = emit.int(mlir, 0);
        emit.value("arith.subi", &[zero, value], mlir, &[])
    };
    set_result(body, op, value)
}

fn not(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let value = body.operand(op, 0)?;
    let ty = body.f.value_type(value);
    let value = body.get(value)?;
    let mlir = body.value_type(ty);
    let emit = &body.m.emit;
    let ones = if ty == Type::I1 {
        emit.value("arith.constant", &[], mlir, &[("value", emit.bool_attr(true))])
    } else {
        emit.int(mlir, -1)
    };
    let value = emit.value("arith.xori", &[value, ones], mlir, &[]);
    set_result(body, op, value)
}

/// Integers and pointers compare signed; floats ordered, so that every comparison with a NaN is
/// false, `ne` too.
fn compare(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let (lhs, rhs) = (body.operand(op, 0)?, body.operand(op, 1)?);
    let ty = body.f.value_type(lhs);
    let (lhs, rhs) = (body.get(lhs)?, body.get(rhs)?);
    let predicate = luma::Cmp(op).pred_attr(body.f).and_then(Attribute::as_str);
    let (int, float) = match predicate {
        Some("eq") => (0, 1),
        Some("ne") => (1, 6),
        Some("lt") => (2, 4),
        Some("le") => (3, 5),
        Some("gt") => (4, 2),
        Some("ge") => (5, 3),
        _ => return Err(body.failure(op, "has an unknown predicate")),
    };
    let (name, predicate) = if ty.is_float() {
        ("arith.cmpf", float)
    } else if body.m.module.context.is_ptr(ty) {
        ("llvm.icmp", int)
    } else {
        ("arith.cmpi", int)
    };
    let emit = &body.m.emit;
    let predicate = emit.int_attr(emit.ty.i64, predicate);
    let value = emit.value(name, &[lhs, rhs], emit.ty.i1, &[("predicate", predicate)]);
    set_result(body, op, value)
}

/// What a scalar type is, as far as conversions care.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Int(u32),
    Float(u32),
    Pointer,
}

fn kind(ty: Type) -> Kind {
    match ty {
        Type::I1 => Kind::Int(1),
        Type::I8 => Kind::Int(8),
        Type::I64 => Kind::Int(64),
        Type::F32 => Kind::Float(32),
        Type::F64 => Kind::Float(64),
        _ => Kind::Pointer,
    }
}

/// Integers widen by their sign (so a true is -1) and narrow to their low bits; floats become
/// 64-bit integers first, saturating, a NaN 0; pointers are 64-bit integers.
fn cast(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let operand = body.operand(op, 0)?;
    let (from, to) = (body.f.value_type(operand), body.f.value_type(body.result(op, 0)?));
    let value = body.get(operand)?;
    let target = body.value_type(to);
    let emit = &body.m.emit;
    let i64 = emit.ty.i64;
    let resize = |value: Val, from: u32, to: u32, ty| match from.cmp(&to) {
        std::cmp::Ordering::Less => emit.value("arith.extsi", &[value], ty, &[]),
        std::cmp::Ordering::Equal => value,
        std::cmp::Ordering::Greater => emit.value("arith.trunci", &[value], ty, &[]),
    };
    let value = match (kind(from), kind(to)) {
        (Kind::Int(from), Kind::Int(to)) => resize(value, from, to, target),
        (Kind::Int(_), Kind::Float(_)) => emit.value("arith.sitofp", &[value], target, &[]),
        (Kind::Int(from), Kind::Pointer) => {
            let wide = resize(value, from, 64, i64);
            emit.value("llvm.inttoptr", &[wide], target, &[])
        }
        (Kind::Float(from), Kind::Int(to)) => {
            let wide = emit.saturate_to_i64(value, from);
            resize(wide, 64, to, target)
        }
        (Kind::Float(from), Kind::Float(to)) => match from.cmp(&to) {
            std::cmp::Ordering::Less => emit.value("arith.extf", &[value], target, &[]),
            std::cmp::Ordering::Equal => value,
            std::cmp::Ordering::Greater => emit.value("arith.truncf", &[value], target, &[]),
        },
        (Kind::Float(from), Kind::Pointer) => {
            let wide = emit.saturate_to_i64(value, from);
            emit.value("llvm.inttoptr", &[wide], target, &[])
        }
        (Kind::Pointer, Kind::Pointer) => value,
        (Kind::Pointer, Kind::Int(to)) => {
            let wide = emit.value("llvm.ptrtoint", &[value], i64, &[]);
            resize(wide, 64, to, target)
        }
        (Kind::Pointer, Kind::Float(_)) => {
            let wide = emit.value("llvm.ptrtoint", &[value], i64, &[]);
            emit.value("arith.sitofp", &[wide], target, &[])
        }
    };
    set_result(body, op, value)
}

// --- places -------------------------------------------------------------------------------------

fn local(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let result = body.result(op, 0)?;
    let (_, memory) = body.element(result, op)?;
    let place = body.alloca(memory);
    body.set(result, place);
    debug::local(body, op, result, place);
    Ok(())
}

fn global_address(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let symbol = luma::GlobalAddr(op).global_attr(body.f).and_then(Attribute::as_symbol);
    let name = symbol.and_then(|symbol| body.m.symbols.global(symbol));
    let name = name.ok_or_else(|| body.failure(op, "names no global"))?;
    let place = body.m.emit.address_of(name);
    set_result(body, op, place)
}

fn field(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let base = body.operand(op, 0)?;
    let (ty, memory) = body.element(base, op)?;
    let module = body.m.module;
    let name = luma::Field(op).field_attr(body.f).and_then(Attribute::as_str).unwrap_or_default();
    let index = match module.context.type_data(ty) {
        TypeData::Struct(symbol) => {
            let def = module.structs.get(&symbol);
            def.and_then(|def| def.fields.get_index_of(&module.context.symbol(name)))
        }
        _ => None,
    };
    let index = index.ok_or_else(|| body.failure(op, "names no field"))?;
    let base = body.get(base)?;
    let place = body.m.emit.field_address(base, memory.ty, index as i32);
    set_result(body, op, place)
}

fn element(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let (base, index) = (body.operand(op, 0)?, body.operand(op, 1)?);
    let result = body.result(op, 0)?;
    let (_, memory) = body.element(result, op)?;
    let (base, index) = (body.get(base)?, body.get(index)?);
    let place = body.m.emit.element_address(base, memory.ty, index);
    body.set(result, place);
    Ok(())
}

fn offset(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let (base, index) = (body.operand(op, 0)?, body.operand(op, 1)?);
    // Unknown memory is counted in bytes.
    let ty = match body.m.module.context.element(body.f.value_type(base)) {
        Some(ty) if ty != Type::VOID => body.m.memory(ty, body.f.loc(op))?.ty,
        _ => body.m.emit.ty.i8,
    };
    let (base, index) = (body.get(base)?, body.get(index)?);
    let pointer = body.m.emit.element_address(base, ty, index);
    set_result(body, op, pointer)
}

fn load(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let (place, result) = (body.operand(op, 0)?, body.result(op, 0)?);
    if let Some(&counter) = body.counters.get(&place) {
        body.set(result, counter);
        return Ok(());
    }
    let address = body.get(place)?;
    let value = read(body, address, body.f.value_type(result), op)?;
    body.set(result, value);
    Ok(())
}

/// The value of type `ty` at `address`.
pub(crate) fn read(body: &mut Body<'_, '_>, address: Val, ty: Type, op: Op) -> Lowered<Val> {
    let memory = body.m.memory(ty, body.f.loc(op))?;
    if body.is_aggregate(ty) {
        // A value does not change when its place does.
        let snapshot = body.alloca(memory);
        body.m.emit.copy(snapshot, address, memory.bytes());
        return Ok(snapshot);
    }
    let value = body.m.emit.load(address, memory.ty);
    Ok(if ty == Type::I1 {
        body.m.emit.value("arith.trunci", &[value], body.m.emit.ty.i1, &[])
    } else {
        value
    })
}

fn store(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let (value, place) = (body.operand(op, 0)?, body.operand(op, 1)?);
    let ty = body.f.value_type(value);
    if debug::stores_parameter(body, value, place) {
        body.m.emit.location = body.m.emit.unknown_location();
    }
    let (value, address) = (body.get(value)?, body.get(place)?);
    write(body, value, address, ty, op)
}

/// Puts `value` of type `ty` at `address`.
pub(crate) fn write(
    body: &mut Body<'_, '_>,
    value: Val,
    address: Val,
    ty: Type,
    op: Op,
) -> Lowered<()> {
    if body.is_aggregate(ty) {
        return body.copy(address, value, ty, body.f.loc(op));
    }
    let emit = &body.m.emit;
    let stored =
        if ty == Type::I1 { emit.value("arith.extui", &[value], emit.ty.i8, &[]) } else { value };
    emit.store(stored, address);
    Ok(())
}

fn zero(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let place = body.operand(op, 0)?;
    let (_, memory) = body.element(place, op)?;
    let place = body.get(place)?;
    let emit = &body.m.emit;
    let (nothing, bytes) = (emit.int(emit.ty.i8, 0), emit.int(emit.ty.i64, memory.bytes()));
    let plain = emit.bool_attr(false);
    emit.effect("llvm.intr.memset", &[place, nothing, bytes], &[("isVolatile", plain)]);
    Ok(())
}

fn copy(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let (source, target) = (body.operand(op, 0)?, body.operand(op, 1)?);
    let (ty, memory) = body.element(source, op)?;
    let (from, to) = (body.get(source)?, body.get(target)?);
    if body.is_aggregate(ty) {
        if body.shape.places.overlap(body.f, source, target) {
            body.m.emit.copy_overlapping(to, from, memory.bytes());
        } else {
            body.m.emit.copy(to, from, memory.bytes());
        }
        return Ok(());
    }
    let value = read(body, from, ty, op)?;
    write(body, value, to, ty, op)
}
