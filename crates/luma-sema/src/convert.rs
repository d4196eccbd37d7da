//! Type compatibility, implicit conversions and casts.

use luma_diagnostics::{Diagnostic, Span, codes, never};
use luma_syntax::ast::{ExprId, ExprKind, ItemId, ItemKind};

use crate::context::Cx;
use crate::exprs::{Expect, check};
use crate::places;
use crate::types::{StructId, Ty, TyKind, Types};

/// What a value is used for, which affects the wording of errors and a few rules.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Site {
    /// As the initialiser of the variable whose name has this range.
    Init(Span),
    /// As the `n`th argument of a function; shorter array literals are padded with zeros.
    Argument(ItemId, usize),
    /// As the result of the enclosing function.
    Return,
    /// Assigned to a place.
    Assign(ExprId),
    /// As the value of a field, by layout index.
    Field(StructId, u32),
    /// As an element of an array, after the first.
    Element,
    /// As a label, compared with the subject of a switch.
    Label,
    /// As the index of an array or pointer.
    Index,
    /// As the size of an array type.
    Size,
    /// As the number of bytes to allocate.
    Bytes,
}

/// Whether a value of type `from` may be used where one of type `to` is expected.
pub(crate) fn compatible(types: &Types, from: Ty, to: Ty) -> bool {
    use TyKind::{Array, Byte, Double, Enum, Error, Float, Int, Pointer, Str};
    if from == to {
        return true;
    }
    match (types.kind(from), types.kind(to)) {
        (Error, _) | (_, Error) => true,
        (Float, Double) | (Double, Float) | (Enum(_), Int) | (Int, Enum(_)) => true,
        (Str, Pointer(p)) | (Pointer(p), Str) => matches!(types.kind(*p), Byte),
        (Pointer(a), Pointer(b)) => same_shape(types, *a, *b),
        (Array(a, n), Array(b, m)) => n == m && same_shape(types, *a, *b),
        (Array(a, _), Pointer(b)) => same_shape(types, *a, *b),
        _ => false,
    }
}

/// Whether memory of type `a` may be reinterpreted as memory of type `b`: the types are compatible,
/// and the conversion changes no bits.
pub(crate) fn same_shape(types: &Types, a: Ty, b: Ty) -> bool {
    use TyKind::{Array, Byte, Enum, Error, Int, Pointer, Str};
    if a == b {
        return true;
    }
    match (types.kind(a), types.kind(b)) {
        (Error, _) | (_, Error) => true,
        (Enum(_), Int) | (Int, Enum(_)) => true,
        (Str, Pointer(p)) | (Pointer(p), Str) => matches!(types.kind(*p), Byte),
        (Pointer(a), Pointer(b)) => same_shape(types, *a, *b),
        (Array(a, n), Array(b, m)) => n == m && same_shape(types, *a, *b),
        _ => false,
    }
}

/// Checks `e` as a value for `to` and records its conversion. False if that was an error.
pub(crate) fn check_to(cx: &mut Cx<'_>, e: ExprId, to: Ty, site: Site) -> bool {
    let pad = matches!(site, Site::Argument(..));
    let from = check(cx, e, Expect { ty: Some(to), pad });
    if cx.is_error(from) {
        return false;
    }
    coerce(cx, e, from, to, site)
}

/// Converts the value of `e`, of type `from`, to `to`. False if that was an error.
pub(crate) fn coerce(cx: &mut Cx<'_>, e: ExprId, from: Ty, to: Ty, site: Site) -> bool {
    if from == to || cx.is_error(from) || cx.is_error(to) {
        return true;
    }
    if let (TyKind::Array(a, n), TyKind::Array(b, m)) = (cx.kind(from), cx.kind(to)) {
        let (n, m) = (*n, *m);
        let literal = matches!(cx.ast.exprs[e].kind, ExprKind::ArrayLit(_));
        if literal && n != m && same_shape(&cx.out.types, *a, *b) {
            return coerce_literal(cx, e, (n, m), to, site);
        }
    }
    // Here only the numeric value matters, so bytes are widened as in arithmetic.
    let widened = matches!(site, Site::Index | Site::Bytes) && from == cx.prims.byte;
    if !widened && !compatible(&cx.out.types, from, to) {
        mismatch(cx, e, from, to, site);
        return false;
    }
    if matches!((cx.kind(from), cx.kind(to)), (TyKind::Array(..), TyKind::Pointer(_))) {
        return decay(cx, e, to);
    }
    cx.adjust(e, to);
    true
}

/// Converts the array `e` to a pointer to its first element, of type `to`.
pub(crate) fn decay(cx: &mut Cx<'_>, e: ExprId, to: Ty) -> bool {
    if !places::is_place(cx, e) {
        let message = "this array has no address, so it cannot be used as a pointer";
        let d =
            Diagnostic::new(codes::E0301, cx.span(e), message).help("store it in a variable first");
        cx.report(d);
        return false;
    }
    if let Some(local) = places::root_local(cx, e) {
        cx.local(local).addressed = true;
    }
    cx.adjust(e, to);
    true
}

fn coerce_literal(cx: &mut Cx<'_>, e: ExprId, (n, m): (u64, u64), to: Ty, site: Site) -> bool {
    if n < m && matches!(site, Site::Argument(..)) {
        cx.adjust(e, to);
        return true;
    }
    let plural = if m == 1 { "" } else { "s" };
    let message = format!("expected {m} element{plural}, found {n}");
    let mut d = Diagnostic::new(codes::E0310, cx.span(e), message);
    if let Some((span, text)) = site_label(cx, to, site) {
        d = d.also(span, text);
    }
    let help = if n < m { "write the missing elements" } else { "remove the surplus elements" };
    cx.report(d.help(help));
    false
}

/// The place that makes `to` the expected type, if it is elsewhere in the program.
fn site_label(cx: &Cx<'_>, to: Ty, site: Site) -> Option<(Span, String)> {
    let shown = cx.show(to);
    match site {
        Site::Init(span) => Some((span, format!("has type `{shown}`"))),
        Site::Argument(item, n) => {
            let ItemKind::Function(function) = &cx.ast.items[item].kind else {
                never!("arguments of what is not a function");
                return None;
            };
            let param = &cx.ast.locals[*function.params.get(n)?].name;
            Some((param.span, format!("parameter `{}` has type `{shown}`", param.text)))
        }
        Site::Return => {
            let item = cx.enclosing.item?;
            let ItemKind::Function(function) = &cx.ast.items[item].kind else {
                never!("`return` outside of a function");
                return None;
            };
            let span = cx.ast.types[function.result].span;
            Some((span, format!("the function returns `{shown}`")))
        }
        Site::Assign(place) => Some((cx.span(place), format!("has type `{shown}`"))),
        Site::Field(id, n) => {
            let field = &cx.out.structs[id.0 as usize].fields[n as usize];
            Some((field.span, format!("field `{}` has type `{shown}`", field.name)))
        }
        Site::Element | Site::Label | Site::Index | Site::Size | Site::Bytes => None,
    }
}

fn mismatch(cx: &mut Cx<'_>, e: ExprId, from: Ty, to: Ty, site: Site) {
    let (found, expected) = (cx.show(from), cx.show(to));
    let span = cx.span(e);
    let (code, message) = match site {
        Site::Label => (
            codes::E0313,
            format!("a case of type `{found}` cannot match a switch over `{expected}`"),
        ),
        Site::Index => (codes::E0302, format!("an index must be an `int`, not `{found}`")),
        Site::Size => (codes::E0302, format!("an array size must be an `int`, not `{found}`")),
        Site::Bytes => (codes::E0302, format!("`alloc` needs a number of bytes, not `{found}`")),
        Site::Element => {
            (codes::E0301, format!("expected an element of type `{expected}`, found `{found}`"))
        }
        _ if from == cx.prims.void => {
            (codes::E0301, format!("expected `{expected}`, but this gives no value"))
        }
        _ => (codes::E0301, format!("expected `{expected}`, found `{found}`")),
    };
    let mut d = Diagnostic::new(code, span, message);
    if code == codes::E0301 {
        d = d.label(format!("this has type `{found}`"));
    }
    if let Some((span, text)) = site_label(cx, to, site) {
        d = d.also(span, text);
    }
    if let Some(help) = advice(cx, e, from, to) {
        d = d.help(help);
    }
    cx.report(d);
}

/// How to convert from one type to the other, if there is an obvious way.
pub(crate) fn advice(cx: &Cx<'_>, e: ExprId, from: Ty, to: Ty) -> Option<String> {
    use TyKind::{Bool, Byte, Double, Float, Int, Pointer, Str, String};
    let target = cx.show(to);
    let numeric = |kind: &TyKind| matches!(kind, Int | Byte | Float | Double);
    let (a, b) = (cx.kind(from), cx.kind(to));
    match (a, b) {
        (Int, Pointer(_)) if matches!(cx.ast.exprs[e].kind, ExprKind::Int(0)) => {
            Some(format!("the null pointer is written `cast<{target}>(0)`"))
        }
        (Str, String) if matches!(cx.ast.exprs[e].kind, ExprKind::Str(_)) => {
            Some("string literals have type `str`; write `str` instead of `string`".to_owned())
        }
        (Str, String) | (String, Str) => Some(format!("convert it with `cast<{target}>(…)`")),
        (_, Bool) if numeric(a) => Some("compare it with something, as in `x != 0`".to_owned()),
        (Bool, Int) => Some("`-cast<int>(…)` gives 1 for `true` and 0 for `false`".to_owned()),
        (Pointer(_), Pointer(_)) => Some(format!("convert it with `cast<{target}>(…)`")),
        (x, Pointer(p)) if x == cx.kind(*p) => Some("take its address with `&`".to_owned()),
        (Pointer(p), x) if x == cx.kind(*p) => Some("read what it points to with `*`".to_owned()),
        _ if numeric(a) && numeric(b) => Some(format!("convert it with `cast<{target}>(…)`")),
        _ => None,
    }
}

/// Whether `cast<to>(value of type from)` is allowed.
pub(crate) fn castable(types: &Types, from: Ty, to: Ty) -> bool {
    use TyKind::{Bool, Byte, Double, Error, Float, Int, Pointer, Str, String, Void};
    let (a, b) = (types.kind(from), types.kind(to));
    let number = |kind: &TyKind| matches!(kind, Int | Byte | Bool | Float | Double);
    let integer = |kind: &TyKind| matches!(kind, Int | Byte | Bool);
    let text = |kind: &TyKind| matches!(kind, Str | String);
    match (a, b) {
        (Error, _) | (_, Error) => true,
        (Void, _) => false,
        (_, Void) => true,
        _ if compatible(types, from, to) => true,
        (Pointer(_), Pointer(_)) => true,
        (String, Pointer(p)) => matches!(types.kind(*p), Byte),
        (Pointer(_) | Int, _) if text(b) => true,
        _ if text(a) && text(b) => true,
        (Pointer(_), _) => integer(b),
        (_, Pointer(_)) => integer(a),
        _ => number(a) && number(b),
    }
}
