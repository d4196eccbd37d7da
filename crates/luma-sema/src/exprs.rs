//! Types of expressions.
//!
//! Each expression is checked once. Its own type is recorded in `expr_types`; the check of the
//! construct that uses its value records a conversion in `adjustments`.

use luma_diagnostics::{Diagnostic, codes};
use luma_syntax::ast::{ExprId, ExprKind, TypeId, TypeKind, UnaryOp};

use crate::context::{Cx, Def};
use crate::convert::{advice, castable, compatible, decay};
use crate::structs::layout_of;
use crate::type_exprs::{resolve, resolve_value};
use crate::types::{Ty, TyKind};
use crate::{calls, literals, operators, paths, places};

/// What is known of the type an expression should have.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Expect {
    /// The type required by the context.
    pub(crate) ty: Option<Ty>,
    /// Array literals may be shorter than that type.
    pub(crate) pad: bool,
}

/// Checks `e` where any type will do.
pub(crate) fn infer(cx: &mut Cx<'_>, e: ExprId) -> Ty {
    check(cx, e, Expect::default())
}

/// Checks `e` and returns its own type. The expectation only helps to determine the types of
/// literals; the caller must convert the value.
pub(crate) fn check(cx: &mut Cx<'_>, e: ExprId, expect: Expect) -> Ty {
    let ty = if cx.enter(cx.span(e)) {
        let ty = dispatch(cx, e, expect);
        cx.leave();
        ty
    } else {
        cx.prims.error
    };
    cx.out.expr_types.insert(e, ty);
    ty
}

fn dispatch(cx: &mut Cx<'_>, e: ExprId, expect: Expect) -> Ty {
    let ast = cx.ast;
    match &ast.exprs[e].kind {
        // The parser accepts 2^63 only after a minus.
        ExprKind::Int(_) => cx.prims.int,
        ExprKind::Float(_) => cx.prims.double,
        ExprKind::Char(_) => cx.prims.byte,
        ExprKind::Str(_) => cx.prims.str,
        ExprKind::Bool(_) => cx.prims.bool,
        ExprKind::Path(path) => paths::check_value(cx, e, path),
        ExprKind::Unary(UnaryOp::Deref, pointer) => places::check_deref(cx, *pointer),
        ExprKind::Unary(UnaryOp::AddrOf, place) => places::check_address_of(cx, e, *place),
        ExprKind::Unary(op, operand) => operators::check_unary(cx, e, *op, *operand),
        ExprKind::Step { place, .. } => operators::check_step(cx, *place),
        ExprKind::Binary(op, a, b) => operators::check_binary(cx, e, *op, *a, *b),
        ExprKind::And(a, b) => operators::check_logic(cx, "&&", *a, *b),
        ExprKind::Or(a, b) => operators::check_logic(cx, "||", *a, *b),
        ExprKind::Assign(place, value) => operators::check_assign(cx, *place, *value),
        ExprKind::Call(callee, args) => calls::check_call(cx, e, *callee, args),
        ExprKind::Index(base, index) => places::check_index(cx, *base, *index),
        ExprKind::Member(base, name) => places::check_member(cx, e, *base, name),
        ExprKind::StructLit(path, entries) => literals::check_struct(cx, e, path, entries, expect),
        ExprKind::ArrayLit(elements) => literals::check_array(cx, e, elements, expect),
        ExprKind::Alloc(size) => calls::check_alloc(cx, *size),
        ExprKind::Free(pointer) => calls::check_free(cx, *pointer),
        ExprKind::Cast(ty, value) => check_cast(cx, e, *ty, *value),
        ExprKind::Sizeof(ty) => check_sizeof(cx, e, *ty),
        ExprKind::Error => cx.prims.error,
    }
}

fn check_cast(cx: &mut Cx<'_>, e: ExprId, ty: TypeId, value: ExprId) -> Ty {
    let to = resolve(cx, ty);
    let from = check(cx, value, Expect { ty: Some(to), pad: false });
    if cx.is_error(from) || cx.is_error(to) {
        return to;
    }
    if !castable(&cx.out.types, from, to) {
        let (found, target) = (cx.show(from), cx.show(to));
        let message = format!("a `{found}` cannot be cast to `{target}`");
        let mut d = Diagnostic::new(codes::E0305, cx.span(e), message)
            .also(cx.span(value), format!("this has type `{found}`"));
        if let Some(help) = cast_advice(cx, value, from, to) {
            d = d.help(help);
        }
        cx.report(d);
        return to;
    }
    let decays = matches!((cx.kind(from), cx.kind(to)), (TyKind::Array(..), TyKind::Pointer(_)));
    if decays && compatible(&cx.out.types, from, to) {
        decay(cx, value, to);
    }
    to
}

fn cast_advice(cx: &Cx<'_>, value: ExprId, from: Ty, to: Ty) -> Option<String> {
    match (cx.kind(from), cx.kind(to)) {
        (TyKind::Str, _) => Some("go through `*byte`: cast the string to that first".to_owned()),
        (TyKind::Array(..), TyKind::Pointer(_)) => {
            Some(format!("cast its address: `cast<{}>(&…)`", cx.show(to)))
        }
        (TyKind::Enum(_), _) => Some("cast it to `int` first".to_owned()),
        (TyKind::Void, _) => None,
        _ => advice(cx, value, from, to).filter(|help| !help.starts_with("convert")),
    }
}

fn check_sizeof(cx: &mut Cx<'_>, e: ExprId, id: TypeId) -> Ty {
    let span = cx.ast.types[id].span;
    let ty = match variable_type(cx, id) {
        Some(ty) => {
            cx.out.type_exprs.insert(id, ty);
            ty
        }
        None => resolve_value(cx, id, "what `sizeof` measures"),
    };
    let known = layout_of(cx, ty, span).is_ok();
    cx.out.sizeof_types.insert(e, ty);
    if known && !cx.is_error(ty) { cx.prims.int } else { cx.prims.error }
}

/// The type of the variable that the type `id` really names: `sizeof<x>`.
fn variable_type(cx: &mut Cx<'_>, id: TypeId) -> Option<Ty> {
    let TypeKind::Path(path) = &cx.ast.types[id].kind else { return None };
    let [name] = path.as_slice() else { return None };
    match cx.names.get(name.text.as_str()) {
        Some(Def::Struct(_) | Def::Enum(_)) => None,
        other => {
            let global = other.copied();
            if let Some(local) = cx.scopes.get(&name.text) {
                return Some(cx.local(local).ty);
            }
            match global {
                Some(Def::Global(item)) => Some(crate::globals::type_of(cx, item, name.span)),
                _ => None,
            }
        }
    }
}
