//! Calls and the built-in operations on memory.

use luma_diagnostics::{Diagnostic, codes};
use luma_syntax::ast::{ExprId, ExprKind, ItemId, Name};

use crate::Resolution;
use crate::context::{Cx, Def};
use crate::convert::{Site, check_to};
use crate::exprs::{Expect, check, infer};
use crate::paths;
use crate::places::{find_field, no_field};
use crate::types::{Ty, TyKind};

/// `callee(args)`
pub(crate) fn check_call(cx: &mut Cx<'_>, e: ExprId, callee: ExprId, args: &[ExprId]) -> Ty {
    if cx.in_constant {
        let message = "a call is not a constant";
        cx.report(Diagnostic::new(codes::E0315, cx.span(e), message));
        return cx.prims.error;
    }
    let ast = cx.ast;
    let function = match &ast.exprs[callee].kind {
        ExprKind::Path(path) => match paths::resolve(cx, callee, path) {
            Some(Resolution::Function(item)) => Some(item),
            Some(Resolution::Local(local)) => {
                let ty = cx.local(local).ty;
                not_callable(cx, callee, ty);
                None
            }
            Some(Resolution::Global(item)) => {
                let ty = crate::globals::type_of(cx, item, cx.span(callee));
                not_callable(cx, callee, ty);
                None
            }
            Some(Resolution::EnumMember(id, _)) => {
                let ty = cx.out.types.intern(TyKind::Enum(id));
                not_callable(cx, callee, ty);
                None
            }
            None => None,
        },
        ExprKind::Member(base, name) => {
            check_method(cx, callee, *base, name);
            None
        }
        _ => {
            let ty = infer(cx, callee);
            not_callable(cx, callee, ty);
            None
        }
    };
    let Some(item) = function else {
        let error = cx.prims.error;
        cx.out.expr_types.insert(callee, error);
        check_rest(cx, args);
        return error;
    };
    let Some(info) = cx.out.functions.get(item) else {
        check_rest(cx, args);
        return cx.prims.error;
    };
    let (result, ty, count) = (info.result, info.ty, info.params.len());
    cx.out.expr_types.insert(callee, ty);
    if count != args.len() {
        report_count(cx, e, item, count, args.len());
    }
    let right_count = count == args.len();
    for (i, &arg) in args.iter().enumerate() {
        let param = cx.out.functions.get(item).and_then(|info| info.params.get(i)).copied();
        match param {
            Some(param) if right_count => {
                check_to(cx, arg, param, Site::Argument(item, i));
            }
            param => {
                let ty = param.unwrap_or(cx.prims.error);
                check(cx, arg, Expect { ty: Some(ty), pad: true });
            }
        }
    }
    result
}

fn check_rest(cx: &mut Cx<'_>, args: &[ExprId]) {
    let error = cx.prims.error;
    for &arg in args {
        check(cx, arg, Expect { ty: Some(error), pad: true });
    }
}

fn report_count(cx: &mut Cx<'_>, e: ExprId, item: ItemId, expected: usize, found: usize) {
    let name = cx.item_name(item);
    let plural = if expected == 1 { "" } else { "s" };
    let message = format!("`{}` takes {expected} argument{plural}, not {found}", name.text);
    let d = Diagnostic::new(codes::E0303, cx.span(e), message).also(name.span, "declared here");
    cx.report(d);
}

fn not_callable(cx: &mut Cx<'_>, callee: ExprId, ty: Ty) {
    if cx.is_error(ty) {
        return;
    }
    let message = format!("a `{}` cannot be called", cx.show(ty));
    let mut d = Diagnostic::new(codes::E0304, cx.span(callee), message).label("not a function");
    if let ExprKind::Path(path) = &cx.ast.exprs[callee].kind
        && let [name] = path.as_slice()
    {
        let global = cx.names.get(name.text.as_str()).copied();
        match (cx.scopes.get(&name.text), global) {
            (Some(local), Some(def @ Def::Function(_))) => {
                d = d
                    .also(cx.ast.locals[local].name.span, "this variable hides the function")
                    .also(cx.def_span(def), "the function");
            }
            (Some(local), _) => {
                d = d.also(cx.ast.locals[local].name.span, "declared here");
            }
            (None, Some(def)) => d = d.also(cx.def_span(def), "declared here"),
            (None, None) => {}
        }
    }
    cx.report(d);
}

/// `base.name(…)`: methods are not supported yet, so this is always an error.
fn check_method(cx: &mut Cx<'_>, callee: ExprId, base: ExprId, name: &Name) {
    let ty = infer(cx, base);
    let inner = match cx.kind(ty) {
        TyKind::Error => return,
        TyKind::Pointer(pointee) => *pointee,
        _ => ty,
    };
    let &TyKind::Struct(id) = cx.kind(inner) else {
        let message = format!("a `{}` has no methods", cx.show(ty));
        cx.report(Diagnostic::new(codes::E0204, name.span, message));
        return;
    };
    match find_field(cx, id, &name.text) {
        Some(field) => {
            let info = &cx.out.structs[id.0 as usize].fields[field as usize];
            let (declared, ty) = (info.span, info.ty);
            if cx.is_error(ty) {
                return;
            }
            let message = format!("field `{}` cannot be called", name.text);
            let d = Diagnostic::new(codes::E0304, cx.span(callee), message)
                .also(declared, format!("has type `{}`", cx.show(ty)));
            cx.report(d);
        }
        None if cx.methods.contains(&(id, name.text.as_str())) => {}
        None => {
            let d = no_field(cx, id, name).note("methods are not supported yet");
            cx.report(d);
        }
    }
}

/// `alloc(size)`
pub(crate) fn check_alloc(cx: &mut Cx<'_>, size: ExprId) -> Ty {
    let int = cx.prims.int;
    check_to(cx, size, int, Site::Bytes);
    cx.prims.void_ptr
}

/// `free(pointer)`
pub(crate) fn check_free(cx: &mut Cx<'_>, pointer: ExprId) -> Ty {
    if let Some(item) = paths::function_named(cx, pointer) {
        let d = Diagnostic::new(codes::E0302, cx.span(pointer), "cannot free a function")
            .also(cx.item_name(item).span, "declared here");
        cx.report(d);
        let error = cx.prims.error;
        cx.out.expr_types.insert(pointer, error);
        return cx.prims.void;
    }
    let ty = infer(cx, pointer);
    let freeable =
        matches!(cx.kind(ty), TyKind::Error | TyKind::Pointer(_) | TyKind::Str | TyKind::String);
    if !freeable {
        let message = format!("`free` needs a pointer, not `{}`", cx.show(ty));
        let mut d = Diagnostic::new(codes::E0302, cx.span(pointer), message);
        if matches!(cx.kind(ty), TyKind::Array(..) | TyKind::Struct(_)) {
            d = d.note("variables are released by themselves; only what `alloc` gave is freed");
        }
        cx.report(d);
    }
    cx.prims.void
}

/// An argument of `output`.
pub(crate) fn check_printed(cx: &mut Cx<'_>, arg: ExprId) {
    let ty = infer(cx, arg);
    let (what, help) = match cx.kind(ty) {
        TyKind::Void => ("an expression without a value".to_owned(), None),
        TyKind::Struct(_) => {
            (format!("a struct `{}`", cx.show(ty)), Some("print its fields one by one"))
        }
        TyKind::Array(element, _) => {
            let help = if *element == cx.prims.byte {
                "to print it as text up to a NUL byte, print `cast<*byte>(&…)`"
            } else {
                "print its elements one by one"
            };
            (format!("an array `{}`", cx.show(ty)), Some(help))
        }
        TyKind::Function(..) => ("a function".to_owned(), None),
        _ => return,
    };
    let mut d = Diagnostic::new(codes::E0317, cx.span(arg), format!("{what} cannot be printed"));
    if let Some(help) = help {
        d = d.help(help);
    }
    cx.report(d);
}
