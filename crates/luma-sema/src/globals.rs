//! Globals and module-level constants: types and values, on demand and in any order.

use luma_diagnostics::{Diagnostic, Span, codes, never};
use luma_syntax::ast::{Global, ItemId, ItemKind};

use crate::constants::{NotConstant, evaluate};
use crate::context::Cx;
use crate::convert::{Site, check_to};
use crate::type_exprs::resolve_value;
use crate::types::Ty;
use crate::{Const, GlobalInfo};

/// How far the check of a global has come.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct GlobalState {
    ty: TypeState,
    value: ValueState,
}

#[derive(Debug, Default, Clone, Copy)]
enum TypeState {
    #[default]
    Waiting,
    Running,
    Done(Ty),
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum ValueState {
    #[default]
    Waiting,
    Running,
    Done,
    /// Wrong, and reported.
    Failed,
}

/// Checks every global.
pub(crate) fn check_globals(cx: &mut Cx<'_>) {
    let ast = cx.ast;
    for (item, declaration) in ast.items.iter() {
        if let ItemKind::Global(global) = &declaration.kind {
            type_of(cx, item, global.name.span);
            ensure_value(cx, item, global.name.span);
        }
    }
}

fn state<'c>(cx: &'c mut Cx<'_>, item: ItemId) -> &'c mut GlobalState {
    if !cx.globals.contains_idx(item) {
        cx.globals.insert(item, GlobalState::default());
    }
    &mut cx.globals[item]
}

fn declaration<'a>(cx: &Cx<'a>, item: ItemId) -> Option<&'a Global> {
    match &cx.ast.items[item].kind {
        ItemKind::Global(global) => Some(global),
        _ => None,
    }
}

fn report_cycle(cx: &mut Cx<'_>, item: ItemId, span: Span) {
    let name = cx.item_name(item);
    let d = Diagnostic::new(codes::E0207, span, format!("`{}` is defined by itself", name.text))
        .label("needed here")
        .also(name.span, "while it is being defined here");
    cx.report(d);
}

/// The type of the global `item`, which the code at `span` needs.
pub(crate) fn type_of(cx: &mut Cx<'_>, item: ItemId, span: Span) -> Ty {
    match state(cx, item).ty {
        TypeState::Done(ty) => return ty,
        TypeState::Waiting => {}
        TypeState::Running => {
            report_cycle(cx, item, span);
            let error = cx.prims.error;
            state(cx, item).ty = TypeState::Done(error);
            return error;
        }
    }
    let Some(global) = declaration(cx, item) else {
        never!("a global is declared by such an item");
        return cx.prims.error;
    };
    if !cx.enter(span) {
        return cx.prims.error;
    }
    state(cx, item).ty = TypeState::Running;
    let ty = resolve_value(cx, global.ty, "a variable");
    cx.leave();
    // A cycle found in the meantime has already determined it.
    if let TypeState::Done(ty) = state(cx, item).ty {
        return ty;
    }
    state(cx, item).ty = TypeState::Done(ty);
    let (name, constant) = (global.name.text.to_string(), global.constant);
    cx.out.globals.insert(item, GlobalInfo { name, ty, constant, value: Const::Zero });
    ty
}

/// The value of the constant `item`, which the code at `span` needs.
pub(crate) fn value_of<'c>(
    cx: &'c mut Cx<'_>,
    item: ItemId,
    span: Span,
) -> Result<&'c Const, NotConstant> {
    if declaration(cx, item).is_some_and(|global| !global.constant) {
        let name = &cx.item_name(item).text;
        return Err(NotConstant::because(span, format!("`{name}` is a variable")));
    }
    type_of(cx, item, span);
    if !ensure_value(cx, item, span) {
        return Err(NotConstant::Reported);
    }
    match cx.out.globals.get(item) {
        Some(info) => Ok(&info.value),
        None => Err(NotConstant::Reported),
    }
}

fn ensure_value(cx: &mut Cx<'_>, item: ItemId, span: Span) -> bool {
    match state(cx, item).value {
        ValueState::Done => return true,
        ValueState::Failed => return false,
        ValueState::Waiting => {}
        ValueState::Running => {
            report_cycle(cx, item, span);
            state(cx, item).value = ValueState::Failed;
            return false;
        }
    }
    if !cx.enter(span) {
        return false;
    }
    state(cx, item).value = ValueState::Running;
    let value = initial_value(cx, item, span);
    cx.leave();
    let sound = value.is_some() && state(cx, item).value == ValueState::Running;
    if let (Some(value), Some(info)) = (value, cx.out.globals.get_mut(item)) {
        info.value = value;
    }
    state(cx, item).value = if sound { ValueState::Done } else { ValueState::Failed };
    sound
}

fn initial_value(cx: &mut Cx<'_>, item: ItemId, span: Span) -> Option<Const> {
    let global = declaration(cx, item)?;
    let ty = type_of(cx, item, span);
    let Some(init) = global.init else { return Some(Const::Zero) };
    let outer = std::mem::replace(&mut cx.in_constant, true);
    let sound = check_to(cx, init, ty, Site::Init(global.name.span));
    cx.in_constant = outer;
    if !sound || cx.is_error(ty) {
        return None;
    }
    match evaluate(cx, init) {
        Ok(value) => Some(value),
        Err(why) => {
            let message = format!("the value of `{}` must be a constant", global.name.text);
            if let Some(d) = why.diagnostic(&message) {
                cx.report(d);
            }
            None
        }
    }
}
