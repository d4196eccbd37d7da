//! Types, attributes, structs and globals.

use std::sync::Arc;

use luma_ir::{Attribute, Context, Global, Module, StructDef, Table, Type, TypeData};

use super::{LOC, Purpose};
use crate::Choices;

pub(super) const SYMBOLS: [&str; 9] =
    ["g", "h.1", "a-b", "with space", "naïve", "0", "{}", "@@", "x=y"];
pub(super) const STRINGS: [&[u8]; 6] =
    [b"", b"text", b"\"\\\n\t\0", b"\xff\xfe\x80", "\u{1F600}\u{7f}é".as_bytes(), b"\\22//%@!#"];
/// Numbers at which something changes.
const INTS: [i64; 11] = [0, 1, -1, 2, 127, 128, 255, -128, i64::MAX, i64::MIN, 1 << 53];
const FLOATS: [f64; 15] = [
    0.0,
    -0.0,
    1.0,
    0.1,
    -1.5e-7,
    1e300,
    f64::MAX,
    f64::MIN_POSITIVE,
    5e-324,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    1e21,
    1e-45,
    16_777_217.0,
];

/// A module with structs and globals.
pub(super) fn module(c: &mut Choices, purpose: Purpose) -> Module {
    let context = Arc::new(Context::new());
    let mut module = Module::new(Arc::clone(&context));
    let of_type = if purpose.runs() { run_type } else { value_type };
    for index in 0..1 + c.below(2) {
        let mut fields = Table::default();
        let names = std::iter::once("f").chain(SYMBOLS.iter().copied().skip(1));
        for name in names.take(1 + c.below(3)) {
            let ty = of_type(c, &module, 2);
            fields.insert(context.symbol(name), ty);
        }
        let name = context.symbol(&format!("S{}{index}", c.of(["", " ", "-", "ß"])));
        module.structs.insert(name, StructDef { fields, loc: LOC });
    }
    for _ in 0..c.below(3) {
        let name = context.symbol(c.of(SYMBOLS));
        let ty = of_type(c, &module, 2);
        let init = (c.below(3) > 0).then(|| initial(c, &module, ty, purpose));
        // What is constant must not be written to.
        let constant = c.below(2) == 1 && !purpose.runs();
        module.globals.insert(name, Global { ty, init, constant, loc: LOC });
    }
    module
}

/// The type of a value.
pub(super) fn value_type(c: &mut Choices, module: &Module, depth: usize) -> Type {
    any_type(c, module, depth, value_type, [3, 0, 1, 1 << 40])
}

/// The type of a value that can be in memory.
pub(super) fn run_type(c: &mut Choices, module: &Module, depth: usize) -> Type {
    any_type(c, module, depth, run_type, [3, 1, 2, 4])
}

fn any_type(
    c: &mut Choices,
    module: &Module,
    depth: usize,
    inner: fn(&mut Choices, &Module, usize) -> Type,
    lengths: [u64; 4],
) -> Type {
    let context = &module.context;
    match c.below(if depth == 0 { 6 } else { 9 }) {
        0 => Type::I64,
        1 => Type::I1,
        2 => Type::I8,
        3 => Type::F32,
        4 => Type::F64,
        5 => context.ptr(c.of([Type::I64, Type::VOID, Type::I8, Type::I1])),
        6 => context.ptr(inner(c, module, depth - 1)),
        7 => {
            let element = inner(c, module, depth - 1);
            context.ty(TypeData::Array(c.of(lengths), element))
        }
        _ => match module.structs.keys().nth(c.below(2)) {
            Some(&name) => context.ty(TypeData::Struct(name)),
            None => Type::I64,
        },
    }
}

pub(super) fn attribute(c: &mut Choices, module: &Module, depth: usize) -> Attribute {
    match c.below(if depth == 0 { 7 } else { 8 }) {
        0 => Attribute::Unit,
        1 => Attribute::Bool(c.below(2) == 1),
        2 => Attribute::Int(c.of(INTS), c.of([Type::I64, Type::I8])),
        3 => float(c, Type::F64),
        4 => Attribute::str(c.of(STRINGS)),
        5 => Attribute::Type(value_type(c, module, 2)),
        6 => Attribute::Symbol(module.context.symbol(c.of(SYMBOLS))),
        _ => {
            let items: Vec<_> = (0..c.below(4)).map(|_| attribute(c, module, depth - 1)).collect();
            Attribute::array(items)
        }
    }
}

/// Some float, or any at all; `f32` attributes hold floats that are one.
fn float(c: &mut Choices, ty: Type) -> Attribute {
    let value = match c.below(FLOATS.len() + 2) {
        n if n < FLOATS.len() => FLOATS[n],
        _ => f64::from_bits(u64::from(c.number()) << 32 | u64::from(c.number())),
    };
    Attribute::Float(if ty == Type::F32 { f64::from(value as f32) } else { value }, ty)
}

/// The constant of a number type. In programs it is mostly one that rewriting looks for.
pub(super) fn number(c: &mut Choices, ty: Type, purpose: Purpose) -> Attribute {
    let plain = purpose.runs() && c.below(8) > 0;
    match ty {
        Type::I1 => Attribute::Bool(c.below(2) == 1),
        Type::F32 | Type::F64 if purpose.runs() => {
            Attribute::Float(c.of([0.0, -0.0, 1.0, 1.0, -1.0, 2.5]), ty)
        }
        Type::F32 | Type::F64 => float(c, ty),
        _ if plain => Attribute::Int(c.of([0, 0, 1, 1, -1, -1, 2, 7, -128]), ty),
        Type::I8 => Attribute::Int(c.of([0, 1, -128, 255, 127]), ty),
        _ => Attribute::Int(c.of(INTS), ty),
    }
}

/// What a global of type `ty` holds at first.
fn initial(c: &mut Choices, module: &Module, ty: Type, purpose: Purpose) -> Attribute {
    match module.context.type_data(ty) {
        TypeData::I8 => Attribute::Int(c.of([0, 1, -128, 127]), ty),
        TypeData::I1 | TypeData::I64 | TypeData::F32 | TypeData::F64 => number(c, ty, purpose),
        // Addresses are not the same after a pass.
        TypeData::Ptr(_) if purpose.runs() => Attribute::int(c.of(INTS)),
        TypeData::Ptr(Type::I8) => Attribute::str(c.of(STRINGS)),
        TypeData::Ptr(_) => match module.globals.keys().next() {
            Some(&name) if c.below(2) == 1 => Attribute::Symbol(name),
            _ => Attribute::int(c.of(INTS)),
        },
        TypeData::Array(length @ 1..=4, element) => {
            Attribute::array((0..length).map(|_| initial(c, module, element, purpose)))
        }
        TypeData::Struct(name) => match module.structs.get(&name) {
            Some(def) => {
                Attribute::array(def.fields.values().map(|&t| initial(c, module, t, purpose)))
            }
            None => Attribute::Unit,
        },
        _ => Attribute::Unit,
    }
}
