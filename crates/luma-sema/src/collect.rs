//! Names at module level, and which prototype belongs to which definition.

use luma_diagnostics::{Diagnostic, Span, codes};
use luma_syntax::ast::{Enum, Function, ItemId, ItemKind, Name};
use rustc_hash::FxHashMap;

use crate::context::{Cx, Def};
use crate::structs::StructState;
use crate::type_exprs::builtin;
use crate::types::{EnumId, EnumInfo, StructId, StructInfo};

/// A prototype and the definition it announces.
pub(crate) struct Announced {
    /// The prototype.
    pub(crate) prototype: ItemId,
    /// The definition.
    pub(crate) definition: ItemId,
}

/// Enters every declaration under its name and returns the prototypes that have a definition.
pub(crate) fn collect<'a>(cx: &mut Cx<'a>) -> Vec<Announced> {
    let mut announced = Vec::new();
    let mut prototypes: FxHashMap<&'a str, ItemId> = FxHashMap::default();
    let ast = cx.ast;
    for (item, declaration) in ast.items.iter() {
        let name = cx.item_name(item);
        match &declaration.kind {
            ItemKind::Function(function) => {
                collect_function(cx, item, function, &mut prototypes, &mut announced);
            }
            ItemKind::Global(_) => {
                declare(cx, name, Def::Global(item));
            }
            ItemKind::Struct(strukt) => {
                let id = StructId(cx.out.structs.len() as u32);
                let methods = strukt.methods.iter();
                cx.methods.extend(methods.map(|method| (id, method.text.as_str())));
                let info = StructInfo { name: name.text.to_string(), item, fields: Vec::new() };
                cx.out.structs.push(info);
                cx.out.struct_ids.insert(item, id);
                cx.structs.push(StructState::default());
                declare(cx, name, Def::Struct(id));
            }
            ItemKind::Enum(enumeration) => collect_enum(cx, item, enumeration),
        }
    }
    announced
}

fn collect_enum<'a>(cx: &mut Cx<'a>, item: ItemId, enumeration: &'a Enum) {
    let id = EnumId(cx.out.enums.len() as u32);
    let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
    for (number, member) in enumeration.members.iter().enumerate() {
        cx.enum_members.entry((id, &member.text)).or_insert(number as u32);
        if let Some(first) = seen.insert(&member.text, member.span) {
            cx.report(duplicate(&member.text, member.span, first));
        }
    }
    let members = enumeration.members.iter().map(|member| member.text.to_string()).collect();
    cx.out.enums.push(EnumInfo { name: enumeration.name.text.to_string(), item, members });
    cx.out.enum_ids.insert(item, id);
    declare(cx, &enumeration.name, Def::Enum(id));
}

fn collect_function<'a>(
    cx: &mut Cx<'a>,
    item: ItemId,
    function: &'a Function,
    prototypes: &mut FxHashMap<&'a str, ItemId>,
    announced: &mut Vec<Announced>,
) {
    let name = function.name.text.as_str();
    let known = match cx.names.get(name) {
        Some(Def::Function(known)) if !name.is_empty() => *known,
        _ => {
            if declare(cx, &function.name, Def::Function(item)) && function.body.is_none() {
                prototypes.insert(name, item);
            }
            return;
        }
    };
    match (prototypes.get(name).copied(), function.body.is_some()) {
        // The prototype came first: from now on the definition represents the function.
        (Some(prototype), true) if prototype == known => {
            cx.names.insert(name, Def::Function(item));
            announced.push(Announced { prototype, definition: item });
        }
        // A prototype after the definition.
        (None, false) => {
            prototypes.insert(name, item);
            announced.push(Announced { prototype: item, definition: known });
        }
        (_, defined) => {
            let first = match prototypes.get(name) {
                Some(&prototype) if !defined => prototype,
                _ => known,
            };
            let first = cx.item_name(first).span;
            cx.report(duplicate(name, function.name.span, first));
        }
    }
}

/// Enters `name` unless it is taken; returns whether it was free.
fn declare<'a>(cx: &mut Cx<'a>, name: &'a Name, def: Def) -> bool {
    if name.text.is_empty() {
        return false;
    }
    if builtin(&cx.prims, &name.text).is_some() {
        let message = format!("`{}` is the name of a built-in type", name.text);
        cx.report(Diagnostic::new(codes::E0203, name.span, message));
        return false;
    }
    if let Some(&first) = cx.names.get(name.text.as_str()) {
        let first = cx.def_span(first);
        cx.report(duplicate(&name.text, name.span, first));
        return false;
    }
    cx.names.insert(&name.text, def);
    true
}

/// The error that `name`, already declared at `first`, is declared again at `span`.
pub(crate) fn duplicate(name: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(codes::E0203, span, format!("`{name}` is already defined"))
        .label("defined again here")
        .also(first, "first defined here")
}
