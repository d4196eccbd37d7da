//! What debuggers get to know beside lines: functions under the names of the source, parameters and
//! variables with their types, and which calls were inlined.
//!
//! * A variable is described where it is memory, `llvm.intr.dbg.declare` of its `llvm.alloca`. One that
//!   optimisations have turned into values is not described.
//! * A parameter that is a value is stored to memory of its own for that. Where LLVM optimises, the
//!   memory goes and the description becomes one of values.
//! * Operations from an inlined callee get the locations of both (`callsite`), see
//!   [`luma_ir::Frame`].
//!
//! Without [`DebugInfo`] none of this is made, and locations are lines only.

mod attributes;
mod types;

use luma_diagnostics::Span;
use luma_ir::dialects::luma;
use luma_ir::{Function, Linkage, Loc, Op, Symbol, Type, Value};
use rustc_hash::FxHashMap;

use super::Lowering;
use super::emit::{Attr, Location, Val};
use super::function::Body;
use crate::session::DebugInfo;
use attributes::{Subprogram, Variable};
use types::Types;

/// What was described before, of one module.
pub(crate) struct Debug {
    info: DebugInfo,
    unit: Option<Attr>,
    files: FxHashMap<String, Attr>,
    functions: FxHashMap<Symbol, Attr>,
    types: Types,
    /// The function that is lowered, and its variables that hold a parameter, by the place.
    current: Option<Attr>,
    parameters: FxHashMap<Value, u32>,
}

impl Debug {
    pub(crate) fn new(info: &DebugInfo) -> Self {
        Self {
            info: info.clone(),
            unit: None,
            files: FxHashMap::default(),
            functions: FxHashMap::default(),
            types: Types::default(),
            current: None,
            parameters: FxHashMap::default(),
        }
    }
}

/// The location of `loc`, with the calls it was inlined through.
pub(super) fn location(m: &mut Lowering<'_>, loc: Loc) -> Location {
    let frames = m.module.context.frames(loc);
    let mut frames = frames.iter().rev();
    let span = frames.next().map_or(loc.span, |frame| frame.span);
    let mut location = m.locations.get(&m.emit, span);
    for frame in frames {
        let inner = m.locations.get(&m.emit, frame.span);
        if let Some((name, declared)) = frame.function
            && let Some(scope) = function(m, name, declared)
        {
            let callee = m.emit.scoped_location(scope, inner);
            location = m.emit.call_site_location(callee, location);
        }
    }
    location
}

/// Describes `f`, which is lowered next: its operation gets the location that is set here.
pub(super) fn describe_function(m: &mut Lowering<'_>, f: &Function) {
    let current = function(m, f.name, f.loc.span);
    let parameters = stored_parameters(f);
    let Some(debug) = &mut m.debug else { return };
    debug.current = current;
    debug.parameters = parameters;
    if let Some(scope) = current {
        m.emit.location = m.emit.scoped_location(scope, m.emit.location);
    }
}

/// Describes parameter `number`, from 1, which is `value`; in memory of its own.
pub(super) fn parameter(body: &mut Body<'_, '_>, param: Value, value: Val, number: u32) {
    let Some(debug) = &body.m.debug else { return };
    // A variable holds it.
    if debug.parameters.values().any(|&known| known == number) {
        return;
    }
    let (f, loc) = (body.f, body.f.loc);
    let (Some(name), ty) = (f.value_name(param), f.value_type(param)) else { return };
    let indirect = body.is_aggregate(ty);
    let stored = if indirect { body.m.module.context.ptr(ty) } else { ty };
    let Ok(memory) = body.m.memory(stored, loc) else { return };
    let place = body.alloca(memory);
    // As in `stores_parameter`.
    body.m.emit.location = body.m.emit.unknown_location();
    let i8 = body.m.emit.ty.i8;
    let value = match ty {
        Type::I1 => body.m.emit.value("arith.extui", &[value], i8, &[]),
        _ => value,
    };
    body.m.emit.store(value, place);
    body.m.at(loc);
    declare(body.m, loc, Declared { name, ty, place, number, indirect });
}

/// Whether a store of `value` to `place` gives a variable the parameter it holds. It gets no line, so
/// that breakpoints on the function stop behind it.
pub(super) fn stores_parameter(body: &Body<'_, '_>, value: Value, place: Value) -> bool {
    let Some(debug) = &body.m.debug else { return false };
    let number = debug.parameters.get(&place);
    let params = body.f.entry().map(|entry| body.f.block_args(entry)).unwrap_or_default();
    number.is_some_and(|&number| params.get(number as usize - 1) == Some(&value))
}

/// Describes the variable that `op` makes at `place`.
pub(super) fn local(body: &mut Body<'_, '_>, op: Op, variable: Value, place: Val) {
    let Some(debug) = &body.m.debug else { return };
    let number = debug.parameters.get(&variable).copied().unwrap_or(0);
    let Some(name) = body.f.value_name(variable) else { return };
    let Some(ty) = body.m.module.context.element(body.f.value_type(variable)) else { return };
    declare(body.m, body.f.loc(op), Declared { name, ty, place, number, indirect: false });
}

/// A variable or parameter in memory.
struct Declared {
    name: Symbol,
    ty: Type,
    place: Val,
    /// 0 for a variable.
    number: u32,
    /// Whether the memory holds the address of what is described.
    indirect: bool,
}

fn declare(m: &mut Lowering<'_>, loc: Loc, declared: Declared) {
    let frame = m.module.context.frames(loc).first().copied();
    let (scope, number) = match frame.and_then(|frame| frame.function) {
        Some((name, declared)) => (function(m, name, declared), 0),
        None => (m.debug.as_ref().and_then(|debug| debug.current), declared.number),
    };
    let (file, line) = place(m, loc.span);
    let ty = ty(m, declared.ty);
    let (Some(scope), Some(file), Some(ty)) = (scope, file, ty) else { return };
    let name = m.module.context.name(declared.name);
    let variable = Variable { scope, file, name, line, number, ty };
    let attributes = [
        ("varInfo", m.emit.di_variable(&variable)),
        ("locationExpr", m.emit.di_expression(declared.indirect)),
    ];
    m.emit.effect("llvm.intr.dbg.declare", &[declared.place], &attributes);
}

/// Variables in the entry block that get a parameter of their name: the parameter is assigned or its
/// address is taken.
fn stored_parameters(f: &Function) -> FxHashMap<Value, u32> {
    let mut found = FxHashMap::default();
    let Some(entry) = f.entry() else { return found };
    let params = f.block_args(entry);
    for op in f.block_ops(entry) {
        let (luma::Store::NAME, &[value, place]) = (f.op_name(op), f.operands(op)) else {
            continue;
        };
        let number = params.iter().position(|&param| param == value);
        let is_local = f.def_op(place).is_some_and(|def| f.op_name(def) == luma::Local::NAME);
        if let Some(number) = number
            && is_local
            && f.value_name(place).is_some()
            && f.value_name(place) == f.value_name(value)
        {
            found.entry(place).or_insert(number as u32 + 1);
        }
    }
    found
}

/// The description of the function `name`, which `declared` declares.
fn function(m: &mut Lowering<'_>, name: Symbol, declared: Span) -> Option<Attr> {
    if let Some(&known) = m.debug.as_ref()?.functions.get(&name) {
        return Some(known);
    }
    let unit = unit(m)?;
    let (file, line) = place(m, declared);
    let file = file?;
    let f = m.module.functions.get(&name);
    let mut params = Vec::new();
    let mut result = None;
    if let Some(f) = f {
        params.extend(f.params.iter().filter_map(|&param| ty(m, param)));
        result = f.results.first().and_then(|&result| ty(m, result));
    }
    let text = m.module.context.name(name);
    let described = m.emit.di_subprogram(&Subprogram {
        unit,
        file,
        name: text,
        line,
        ty: m.emit.di_subroutine_type(result, &params),
        exported: f.is_some_and(|f| f.linkage == Linkage::Public),
        optimized: m.debug.as_ref().is_some_and(|debug| debug.info.optimized),
    });
    m.debug.as_mut()?.functions.insert(name, described);
    Some(described)
}

/// The description of `ty`.
fn ty(m: &mut Lowering<'_>, ty: Type) -> Option<Attr> {
    let mut types = std::mem::take(&mut m.debug.as_mut()?.types);
    let found = types.get(m, ty);
    m.debug.as_mut()?.types = types;
    found
}

/// The file and the line of `span`; no file if there is no text.
fn place(m: &mut Lowering<'_>, span: Span) -> (Option<Attr>, u32) {
    let Some((name, line, _)) = m.locations.position(span) else { return (None, 0) };
    (file(m, name), line)
}

fn file(m: &mut Lowering<'_>, name: &str) -> Option<Attr> {
    let debug = m.debug.as_mut()?;
    if let Some(&known) = debug.files.get(name) {
        return Some(known);
    }
    let file = m.emit.di_file(name, &debug.info.directory);
    debug.files.insert(name.to_owned(), file);
    Some(file)
}

/// The compile unit, which is also the scope of the module.
fn unit(m: &mut Lowering<'_>) -> Option<Attr> {
    if let Some(unit) = m.debug.as_ref()?.unit {
        return Some(unit);
    }
    let name = m.debug.as_ref()?.info.file.clone();
    let file = file(m, &name)?;
    let unit = m.emit.di_compile_unit(&m.debug.as_ref()?.info, file);
    m.debug.as_mut()?.unit = Some(unit);
    let location = m.emit.scoped_location(unit, m.emit.unknown_location());
    m.emit.locate_module(m.top, location);
    Some(unit)
}
