//! Global variables, their initial values, and string literals.

use luma_ir::fold::int_of;
use luma_ir::{Attribute, Global, Loc, Symbol, Type, TypeData};
use rustc_hash::FxHashMap;

use super::emit::{Attr, Emit, Spec, Val};
use super::types::Memory;
use super::{Lowered, Lowering, failure};

/// String literals, each stored once.
#[derive(Default)]
pub(crate) struct Strings {
    names: FxHashMap<Vec<u8>, String>,
}

/// An initial value nests no deeper than its type, which has a limit; this is a second fence.
const DEPTH_LIMIT: u32 = 600;
/// How many addresses one initial value may hold: each makes LLVM copy the value once.
const ADDRESS_LIMIT: usize = 4096;

/// Emits the global `name`.
pub(crate) fn lower(lowering: &mut Lowering<'_>, name: Symbol, global: &Global) -> Lowered<()> {
    let memory = lowering.memory(global.ty, global.loc)?;
    let missing = || failure(global.loc, "a global without a name");
    let symbol = lowering.symbols.global(name).ok_or_else(missing)?.to_owned();
    let mut addresses = 0;
    let value = match &global.init {
        None => None,
        Some(init) => constant(lowering, global.ty, init, &mut addresses, 0),
    };
    if addresses > ADDRESS_LIMIT {
        let message = format!("an initial value with more than {ADDRESS_LIMIT} addresses");
        return Err(failure(global.loc, message));
    }
    lowering.emit.block = lowering.top;
    lowering.at(global.loc);
    let emit = &lowering.emit;
    let region = emit.new_region();
    let mut attributes = vec![
        ("sym_name", emit.string_attr(symbol.as_bytes())),
        ("global_type", emit.type_attr(memory.ty)),
        ("linkage", emit.internal_linkage()),
        ("addr_space", emit.int_attr(emit.ty.i32, 0)),
        ("alignment", emit.int_attr(emit.ty.i64, memory.layout.align as i64)),
    ];
    // `global.constant` is no reason to make the memory read-only: elements and fields of constants
    // may be assigned. LLVM finds out which are never written.
    match value {
        Some(value) => attributes.push(("value", value)),
        None => {
            let block = emit.new_block(&[]);
            emit.append_block(region, block);
            lowering.emit.block = block;
            let zero = lowering.emit.value("llvm.mlir.zero", &[], memory.ty, &[]);
            let value = match &global.init {
                Some(init) => build(lowering, global.ty, init, memory, zero, global.loc)?,
                None => zero,
            };
            lowering.emit.effect("llvm.return", &[value], &[]);
            lowering.emit.block = lowering.top;
        }
    }
    let spec = Spec { attributes: &attributes, regions: &[region], ..Spec::default() };
    lowering.emit.op("llvm.mlir.global", &spec);
    Ok(())
}

/// The attribute that is `init`, or `None` if it contains addresses (counted in `addresses`), which
/// no attribute can say.
fn constant(
    lowering: &Lowering<'_>,
    ty: Type,
    init: &Attribute,
    addresses: &mut usize,
    depth: u32,
) -> Option<Attr> {
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
            // Not short-circuiting: the addresses are to be counted all.
            let values: Vec<Option<Attr>> = types
                .into_iter()
                .zip(items.iter())
                .map(|(ty, item)| constant(lowering, ty, item, addresses, depth + 1))
                .collect();
            let values: Option<Vec<Attr>> = values.into_iter().collect();
            values.map(|values| emit.array_attr(&values))
        }
        Attribute::Unit => Some(emit.zero_attr()),
        _ => {
            *addresses += 1;
            None
        }
    }
}

/// The value that is `init`, made by operations; `zero` is the zero of its type.
fn build(
    lowering: &mut Lowering<'_>,
    ty: Type,
    init: &Attribute,
    memory: Memory,
    zero: Val,
    loc: Loc,
) -> Lowered<Val> {
    // Work on the whole value: each scalar that is not zero is put where its path says.
    let mut value = zero;
    let mut path = Vec::new();
    fill(lowering, ty, init, memory, &mut path, &mut value, loc)?;
    Ok(value)
}

fn fill(
    lowering: &mut Lowering<'_>,
    ty: Type,
    init: &Attribute,
    whole: Memory,
    path: &mut Vec<i64>,
    value: &mut Val,
    loc: Loc,
) -> Lowered<()> {
    let Attribute::Array(items) = init else {
        let Some(scalar) = scalar(lowering, ty, init, loc)? else { return Ok(()) };
        if path.is_empty() {
            *value = scalar;
        } else {
            let emit = &lowering.emit;
            let position = emit.i64_array_attr(path);
            let operands = [*value, scalar];
            let attributes = [("position", position)];
            *value = emit.value("llvm.insertvalue", &operands, whole.ty, &attributes);
        }
        return Ok(());
    };
    if path.len() > DEPTH_LIMIT as usize {
        return Err(failure(loc, "an initial value nests too deep"));
    }
    let types: Vec<Type> = match lowering.module.context.type_data(ty) {
        TypeData::Array(_, element) => vec![element; items.len()],
        TypeData::Struct(name) => {
            let def = lowering.module.structs.get(&name);
            let def = def.ok_or_else(|| failure(loc, "a struct type that is not defined"))?;
            def.fields.values().copied().collect()
        }
        _ => return Err(failure(loc, "an initial value does not fit its type")),
    };
    for (index, (ty, item)) in types.into_iter().zip(items.iter()).enumerate() {
        path.push(index as i64);
        fill(lowering, ty, item, whole, path, value, loc)?;
        path.pop();
    }
    Ok(())
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
