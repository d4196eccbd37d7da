//! Operators and assignment.

use luma_diagnostics::{Diagnostic, codes};
use luma_syntax::ast::{BinaryOp, ExprId, ExprKind, UnaryOp};

use crate::context::Cx;
use crate::convert::{Site, check_to, compatible, decay};
use crate::exprs::infer;
use crate::paths::function_named;
use crate::places::{check_writable, is_place};
use crate::types::{Ty, TyKind};

/// The source text of an operator.
pub(crate) fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Rem => "%",
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Shl => "<<",
        BinaryOp::Shr => ">>",
        BinaryOp::Range => "..",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::BitAnd => "&",
        BinaryOp::BitXor => "^",
        BinaryOp::BitOr => "|",
    }
}

fn is_integer(kind: &TyKind) -> bool {
    matches!(kind, TyKind::Int | TyKind::Byte)
}

fn is_numeric(kind: &TyKind) -> bool {
    is_integer(kind) || matches!(kind, TyKind::Float | TyKind::Double)
}

/// Reports that the operand `e` of type `ty` does not suit `op`.
fn bad_operand(cx: &mut Cx<'_>, e: ExprId, ty: Ty, op: &str, wanted: &str) {
    let found = cx.show(ty);
    let message = format!("`{op}` needs {wanted}, not `{found}`");
    let mut d = Diagnostic::new(codes::E0302, cx.span(e), message);
    let help = match cx.kind(ty) {
        TyKind::Enum(_) => Some("cast the enum to `int` first"),
        TyKind::Pointer(_) | TyKind::Str if matches!(op, "+" | "-" | "++" | "--") => {
            Some("reach other elements by indexing: `&p[i]`")
        }
        TyKind::Float | TyKind::Double if wanted.contains("integer") => {
            Some("cast it to `int` first")
        }
        TyKind::Bool if wanted.contains("number") => Some("`-cast<int>(…)` gives 1 or 0"),
        kind if wanted.contains("bool") && is_numeric(kind) => {
            Some("compare it with something, as in `x != 0`")
        }
        _ => None,
    };
    if let Some(help) = help {
        d = d.help(help);
    }
    cx.report(d);
}

/// Reports `a + b` if one operand is a string that was meant to be concatenated with the other.
/// False if pointer arithmetic on the string may have been meant.
fn text_addition(cx: &mut Cx<'_>, a: Operand, b: Operand) -> bool {
    let is_text = |(_, ty): Operand| matches!(cx.kind(ty), TyKind::Str | TyKind::String);
    let is_literal = |(e, _): Operand| matches!(cx.ast.exprs[e].kind, ExprKind::Str(_));
    let is_offset = |(_, ty): Operand| is_integer(cx.kind(ty));
    let text = match (is_text(a), is_text(b)) {
        (true, false) if is_literal(a) || !is_offset(b) => a,
        (false, true) if is_literal(b) || !is_offset(a) => b,
        (true, true) => a,
        _ => return false,
    };
    let d = Diagnostic::new(codes::E0302, cx.span(text.0), "`+` does not join strings")
        .help("to print them joined, list them: `output(a, b)`; else copy their bytes");
    cx.report(d);
    true
}

/// `-x`, `~x`, `!x` and `+x`
pub(crate) fn check_unary(cx: &mut Cx<'_>, e: ExprId, op: UnaryOp, operand: ExprId) -> Ty {
    let ty = infer(cx, operand);
    if cx.is_error(ty) {
        return if op == UnaryOp::Not { cx.prims.bool } else { ty };
    }
    let (sound, text, wanted) = match op {
        UnaryOp::Neg => (is_numeric(cx.kind(ty)), "-", "a number"),
        UnaryOp::BitNot => (is_integer(cx.kind(ty)), "~", "an integer"),
        UnaryOp::Not => (ty == cx.prims.bool, "!", "a `bool`"),
        UnaryOp::Plus => {
            let d = Diagnostic::new(codes::E0302, cx.span(e), "there is no unary `+`")
                .help("remove the `+`");
            cx.report(d);
            return cx.prims.error;
        }
        // Checked as places.
        UnaryOp::Deref | UnaryOp::AddrOf => return cx.prims.error,
    };
    if sound {
        return ty;
    }
    bad_operand(cx, operand, ty, text, wanted);
    if op == UnaryOp::Not { cx.prims.bool } else { cx.prims.error }
}

/// `++x`, `x--` and the like
pub(crate) fn check_step(cx: &mut Cx<'_>, place: ExprId) -> Ty {
    let ty = infer(cx, place);
    if cx.is_error(ty) {
        return ty;
    }
    if !is_numeric(cx.kind(ty)) {
        bad_operand(cx, place, ty, "++", "a number");
        return cx.prims.error;
    }
    check_writable(cx, place, "change");
    ty
}

/// `place = value`
pub(crate) fn check_assign(cx: &mut Cx<'_>, place: ExprId, value: ExprId) -> Ty {
    if let Some(item) = function_named(cx, place) {
        let d = Diagnostic::new(codes::E0306, cx.span(place), "cannot assign to a function")
            .also(cx.item_name(item).span, "declared here");
        cx.report(d);
        infer(cx, value);
        return cx.prims.error;
    }
    let ty = infer(cx, place);
    if cx.is_error(ty) {
        infer(cx, value);
        return ty;
    }
    let writable = check_writable(cx, place, "assign to");
    if ty == cx.prims.void {
        infer(cx, value);
        return cx.prims.error;
    }
    // If it is not a place, comparing its type with that of the value is pointless.
    if writable || is_place(cx, place) {
        check_to(cx, value, ty, Site::Assign(place));
    } else {
        infer(cx, value);
    }
    ty
}

/// `a && b`, `a || b`
pub(crate) fn check_logic(cx: &mut Cx<'_>, op: &str, a: ExprId, b: ExprId) -> Ty {
    for operand in [a, b] {
        let ty = infer(cx, operand);
        if ty != cx.prims.bool && !cx.is_error(ty) {
            bad_operand(cx, operand, ty, op, "`bool` on both sides");
        }
    }
    cx.prims.bool
}

/// Checks every binary operator except `&&`, `||` and `=`.
pub(crate) fn check_binary(cx: &mut Cx<'_>, e: ExprId, op: BinaryOp, a: ExprId, b: ExprId) -> Ty {
    use BinaryOp::{
        Add, BitAnd, BitOr, BitXor, Div, Eq, Ge, Gt, Le, Lt, Mul, Ne, Range, Rem, Shl, Shr, Sub,
    };
    let left = infer(cx, a);
    let right = infer(cx, b);
    match op {
        Mul | Div | Add | Sub => check_arithmetic(cx, op, (a, left), (b, right)),
        Rem | Shl | Shr | BitAnd | BitXor | BitOr => check_integral(cx, op, (a, left), (b, right)),
        Lt | Le | Gt | Ge | Eq | Ne => {
            check_comparison(cx, e, op, (a, left), (b, right));
            cx.prims.bool
        }
        Range => {
            let span = cx.span(e);
            cx.report(Diagnostic::new(codes::E0109, span, "ranges are not supported yet"));
            cx.prims.error
        }
    }
}

type Operand = (ExprId, Ty);

fn check_arithmetic(cx: &mut Cx<'_>, op: BinaryOp, a: Operand, b: Operand) -> Ty {
    if cx.is_error(a.1) || cx.is_error(b.1) {
        return cx.prims.error;
    }
    if op == BinaryOp::Add && text_addition(cx, a, b) {
        return cx.prims.error;
    }
    for (e, ty) in [a, b] {
        if !is_numeric(cx.kind(ty)) {
            bad_operand(cx, e, ty, symbol(op), "numbers");
            return cx.prims.error;
        }
    }
    let prims = cx.prims;
    let result = if a.1 == prims.double || b.1 == prims.double {
        prims.double
    } else if a.1 == prims.float || b.1 == prims.float {
        prims.float
    } else {
        prims.int
    };
    adjust_both(cx, a, b, result);
    result
}

fn check_integral(cx: &mut Cx<'_>, op: BinaryOp, a: Operand, b: Operand) -> Ty {
    if cx.is_error(a.1) || cx.is_error(b.1) {
        return cx.prims.error;
    }
    for (e, ty) in [a, b] {
        if !is_integer(cx.kind(ty)) {
            bad_operand(cx, e, ty, symbol(op), "integers");
            return cx.prims.error;
        }
    }
    let int = cx.prims.int;
    adjust_both(cx, a, b, int);
    int
}

fn adjust_both(cx: &mut Cx<'_>, a: Operand, b: Operand, to: Ty) {
    for (e, ty) in [a, b] {
        if ty != to {
            cx.adjust(e, to);
        }
    }
}

fn check_comparison(cx: &mut Cx<'_>, e: ExprId, op: BinaryOp, a: Operand, b: Operand) {
    if cx.is_error(a.1) || cx.is_error(b.1) {
        return;
    }
    for (operand, ty) in [a, b] {
        let what = match cx.kind(ty) {
            TyKind::Struct(_) => "structs",
            TyKind::Void => "expressions without a value",
            TyKind::Bool if !matches!(op, BinaryOp::Eq | BinaryOp::Ne) => "`bool` values",
            TyKind::Array(..) if both_arrays(cx, a.1, b.1) => "arrays",
            _ => continue,
        };
        let message = format!("{what} cannot be compared with `{}`", symbol(op));
        let mut d = Diagnostic::new(codes::E0302, cx.span(operand), message);
        if matches!(what, "structs" | "arrays") {
            d = d.help("compare what they consist of, one by one");
        }
        cx.report(d);
        return;
    }
    if a.1 == b.1 {
        return;
    }
    if !compatible(&cx.out.types, a.1, b.1) && !compatible(&cx.out.types, b.1, a.1) {
        report_incomparable(cx, e, op, a, b);
        return;
    }
    unify(cx, a, b);
}

/// Converts two comparable operands of different types to a common one.
fn unify(cx: &mut Cx<'_>, a: Operand, b: Operand) {
    use TyKind::{Array, Enum, Float, Int, Pointer, Str};
    match (cx.kind(a.1), cx.kind(b.1)) {
        (Array(..), _) => {
            decay(cx, a.0, b.1);
        }
        (_, Array(..)) => {
            decay(cx, b.0, a.1);
        }
        // To the wider or the more general type, otherwise to that of the left operand.
        (Float, _) | (Enum(_), Int) | (Str, Pointer(_)) => cx.adjust(a.0, b.1),
        _ => cx.adjust(b.0, a.1),
    }
}

fn both_arrays(cx: &Cx<'_>, a: Ty, b: Ty) -> bool {
    matches!((cx.kind(a), cx.kind(b)), (TyKind::Array(..), TyKind::Array(..)))
}

fn report_incomparable(cx: &mut Cx<'_>, e: ExprId, op: BinaryOp, a: Operand, b: Operand) {
    let (left, right) = (cx.show(a.1), cx.show(b.1));
    let message = format!("`{left}` and `{right}` cannot be compared with `{}`", symbol(op));
    let mut d = Diagnostic::new(codes::E0301, cx.span(e), message)
        .also(cx.span(a.0), format!("this has type `{left}`"))
        .also(cx.span(b.0), format!("this has type `{right}`"));
    let numeric = is_numeric(cx.kind(a.1)) && is_numeric(cx.kind(b.1));
    if numeric {
        d = d.help(format!("convert one of them, for example with `cast<{left}>(…)`"));
    } else if matches!(cx.kind(a.1), TyKind::Pointer(_)) && b.1 == cx.prims.int {
        d = d.help(format!("the null pointer is written `cast<{left}>(0)`"));
    } else if matches!(cx.kind(b.1), TyKind::Pointer(_)) && a.1 == cx.prims.int {
        d = d.help(format!("the null pointer is written `cast<{right}>(0)`"));
    }
    cx.report(d);
}
