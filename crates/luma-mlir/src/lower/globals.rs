//! Global variables, their initial values, and string literals.

use luma_ir::fold::int_of;
use luma_ir::{Attribute, Global, Loc, Symbol, Type, TypeData};
use rustc_hash::FxHashMap;

use super::emit::{Attr, Emit, Spec, Ty, Val, same};
use super::{Lowered, Lowering, failure};

/// String literals, each stored once.
#[derive(Default)]
pub(crate) struct Strings {
    names: FxHashMap<Vec<u8>, String>,
}

/// An initial value nests no deeper than its type, which has a limit; this is a second fence.
const DEPTH_LIMIT: u32 = 600;
/// The most items of an array that are put together at once. LLVM makes a new constant of the whole
/// array for each, so longer ones are arrays of arrays, which lie in memory alike.
const MAX_ITEMS: usize = 32;

/// Emits the global `name`.
pub(crate) fn lower(lowering: &mut Lowering<'_>, name: Symbol, global: &Global) -> Lowered<()> {
    let memory = lowering.memory(global.ty, global.loc)?;
    let missing = || failure(global.loc, "a global without a name");
    let symbol = lowering.symbols.global(name).ok_or_else(missing)?.to_owned();
    let value = match &global.init {
        None => None,
        Some(init) => constant(lowering, global.ty, init, 0),
    };
    lowering.at(global.loc);
    let region = lowering.emit.new_region();
    let mut ty = memory.ty;
    if value.is_none() {
        let block = lowering.emit.new_block(&[]);
        lowering.emit.append_block(region, block);
        lowering.emit.block = block;
        let made = match &global.init {
            Some(init) => build(lowering, global.ty, init, global.loc, 0)?,
            None => Part { value: None, ty },
        };
        ty = made.ty;
        let value = made.value.unwrap_or_else(|| zero(&lowering.emit, ty));
        lowering.emit.effect("llvm.return", &[value], &[]);
    }
    lowering.emit.block = lowering.top;
    let emit = &lowering.emit;
    let mut attributes = vec![
        ("sym_name", emit.string_attr(symbol.as_bytes())),
        ("global_type", emit.type_attr(ty)),
        ("linkage", emit.internal_linkage()),
        ("addr_space", emit.int_attr(emit.ty.i32, 0)),
        ("alignment", emit.int_attr(emit.ty.i64, memory.layout.align as i64)),
    ];
    // `global.constant` is no reason to make the memory read-only: elements and fields of constants
    // may be assigned. LLVM finds out which are never written.
    attributes.extend(value.map(|value| ("value", value)));
    let spec = Spec { attributes: &attributes, regions: &[region], ..Spec::default() };
    lowering.emit.op("llvm.mlir.global", &spec);
    Ok(())
}

/// The attribute that is `init`, or `None` if it contains addresses, which no attribute can say.
fn constant(lowering: &Lowering<'_>, ty: Type, init: &Attribute, depth: u32) -> Option<Attr> {
    let emit = &lowering.emit;
    if depth > DEPTH_LIMIT {
        return None;
    }
    match init {
        Attribute::Bool(value) => Some(emit.int_attr(emit.ty.i8, (*value).into())),
        Attribute::Int(..) if ty.is_int() => {
            let mlir = if ty == Type::I8 { emit.ty.i8 } else { emit.ty.i64 };
            int_of(init, ty).map(|value| emit.int_attr(mlir, value))
        }
        Attribute::Float(value, _) if ty == Type::F32 => Some(emit.float_attr(emit.ty.f32, *value)),
        Attribute::Float(value, _) => Some(emit.float_attr(emit.ty.f64, *value)),
        Attribute::Array(items) => {
            let types: Vec<Type> = match lowering.module.context.type_data(ty) {
                TypeData::Array(_, element) => vec![element; items.len()],
                TypeData::Struct(name) => {
                    lowering.module.structs.get(&name)?.fields.values().copied().collect()
                }
                _ => return None,
            };
            let values: Option<Vec<Attr>> = types
                .into_iter()
                .zip(items.iter())
                .map(|(ty, item)| constant(lowering, ty, item, depth + 1))
                .collect();
            values.map(|values| emit.array_attr(&values))
        }
        Attribute::Unit => Some(emit.zero_attr()),
        _ => None,
    }
}

/// A part of an initial value, made by operations.
#[derive(Clone, Copy)]
struct Part {
    /// `None` is zero.
    value: Option<Val>,
    ty: Ty,
}

/// The value that is `init`. Its type lies in memory as `ty` does.
fn build(
    lowering: &mut Lowering<'_>,
    ty: Type,
    init: &Attribute,
    loc: Loc,
    depth: u32,
) -> Lowered<Part> {
    let memory = lowering.memory(ty, loc)?;
    let Attribute::Array(items) = init else {
        return Ok(Part { value: scalar(lowering, ty, init, loc)?, ty: memory.ty });
    };
    if depth > DEPTH_LIMIT {
        return Err(failure(loc, "an initial value nests too deep"));
    }
    match lowering.module.context.type_data(ty) {
        TypeData::Array(_, element) => {
            let mut parts = Vec::with_capacity(items.len());
            for item in items.iter() {
                parts.push(build(lowering, element, item, loc, depth + 1)?);
            }
            while parts.len() > MAX_ITEMS {
                parts = parts.chunks(MAX_ITEMS).map(|some| join(&lowering.emit, some)).collect();
            }
            Ok(join(&lowering.emit, &parts))
        }
        TypeData::Struct(name) => {
            let def = lowering.module.structs.get(&name);
            let def = def.ok_or_else(|| failure(loc, "a struct type that is not defined"))?;
            let mut parts = Vec::with_capacity(items.len());
            let mut as_declared = true;
            for (&ty, item) in def.fields.values().zip(items.iter()) {
                let part = build(lowering, ty, item, loc, depth + 1)?;
                as_declared &= same(part.ty, lowering.memory(ty, loc)?.ty);
                parts.push(part);
            }
            let emit = &lowering.emit;
            let ty = if as_declared { memory.ty } else { emit.literal_struct_type(&types(&parts)) };
            Ok(insert(emit, ty, &parts))
        }
        _ => Err(failure(loc, "an initial value does not fit its type")),
    }
}

/// Parts one after the other: an array, where all have the same type.
fn join(emit: &Emit, parts: &[Part]) -> Part {
    let ty = match parts {
        [first, rest @ ..] if rest.iter().all(|part| same(part.ty, first.ty)) => {
            emit.array_type(first.ty, parts.len() as u32)
        }
        _ => emit.literal_struct_type(&types(parts)),
    };
    insert(emit, ty, parts)
}

fn types(parts: &[Part]) -> Vec<Ty> {
    parts.iter().map(|part| part.ty).collect()
}

/// The aggregate of type `ty` that consists of `parts`.
fn insert(emit: &Emit, ty: Ty, parts: &[Part]) -> Part {
    let mut whole = None;
    for (index, part) in parts.iter().enumerate() {
        let Some(value) = part.value else { continue };
        let operands = [whole.unwrap_or_else(|| zero(emit, ty)), value];
        let attributes = [("position", emit.i64_array_attr(&[index as i64]))];
        whole = Some(emit.value("llvm.insertvalue", &operands, ty, &attributes));
    }
    Part { value: whole, ty }
}

fn zero(emit: &Emit, ty: Ty) -> Val {
    emit.value("llvm.mlir.zero", &[], ty, &[])
}

/// A scalar other than zero.
fn scalar(
    lowering: &mut Lowering<'_>,
    ty: Type,
    init: &Attribute,
    loc: Loc,
) -> Lowered<Option<Val>> {
    let emit = &lowering.emit;
    let constant =
        |emit: &Emit, ty, attr| emit.value("llvm.mlir.constant", &[], ty, &[("value", attr)]);
    Ok(Some(match init {
        Attribute::Unit | Attribute::Int(0, _) | Attribute::Bool(false) => return Ok(None),
        Attribute::Bool(true) => constant(emit, emit.ty.i8, emit.int_attr(emit.ty.i8, 1)),
        Attribute::Int(value, _) => {
            let result = if ty == Type::I8 { emit.ty.i8 } else { emit.ty.i64 };
            let value = int_of(init, ty).unwrap_or(*value);
            let number = constant(emit, result, emit.int_attr(result, value));
            if lowering.module.context.is_ptr(ty) {
                emit.value("llvm.inttoptr", &[number], emit.ty.ptr, &[])
            } else {
                number
            }
        }
        Attribute::Float(value, _) => {
            let ty = if ty == Type::F32 { emit.ty.f32 } else { emit.ty.f64 };
            constant(emit, ty, emit.float_attr(ty, *value))
        }
        Attribute::Str(bytes) => {
            let name = string_symbol(lowering, bytes);
            lowering.emit.address_of(&name)
        }
        Attribute::Symbol(symbol) => {
            let name = lowering.symbols.global(*symbol);
            match name {
                Some(name) => emit.address_of(name),
                None => return Err(failure(loc, "the address of a function as an initial value")),
            }
        }
        Attribute::Type(_) | Attribute::Array(_) => {
            return Err(failure(loc, "an initial value does not fit its type"));
        }
    }))
}

/// The symbol of the string literal `bytes`, with a zero byte after it.
pub(crate) fn string_symbol(lowering: &mut Lowering<'_>, bytes: &[u8]) -> String {
    if let Some(name) = lowering.strings.names.get(bytes) {
        return name.clone();
    }
    let name = lowering.symbols.fresh(format!("luma.str.{}", lowering.strings.names.len()));
    lowering.strings.names.insert(bytes.to_vec(), name.clone());
    let emit = &mut lowering.emit;
    let (block, location) = (emit.block, emit.location);
    // Shared by all places that use it.
    emit.block = lowering.top;
    emit.location = emit.unknown_location();
    let stored = [bytes, b"\0"].concat();
    let length = u32::try_from(stored.len()).unwrap_or(u32::MAX);
    let attributes = [
        ("sym_name", emit.string_attr(name.as_bytes())),
        ("global_type", emit.type_attr(emit.array_type(emit.ty.i8, length))),
        ("linkage", emit.internal_linkage()),
        ("addr_space", emit.int_attr(emit.ty.i32, 0)),
        ("alignment", emit.int_attr(emit.ty.i64, 1)),
        ("constant", emit.unit_attr()),
        // Equal addresses of equal strings are no promise: the linker may merge them.
        ("unnamed_addr", emit.int_attr(emit.ty.i64, 2)),
        ("value", emit.string_attr(&stored)),
    ];
    let region = emit.new_region();
    let spec = Spec { attributes: &attributes, regions: &[region], ..Spec::default() };
    emit.op("llvm.mlir.global", &spec);
    emit.block = block;
    emit.location = location;
    name
}
