//! Places: what can be assigned, stepped, or have its address taken.

use luma_diagnostics::{Diagnostic, closest, codes};
use luma_syntax::ast::{ExprId, ExprKind, LocalId, Name, UnaryOp};

use crate::constants::evaluate_small;
use crate::context::{Cx, Def};
use crate::convert::{Site, check_to};
use crate::exprs::infer;
use crate::structs::ensure_fields;
use crate::types::{StructId, Ty, TyKind};
use crate::{FieldRef, Resolution};

/// Whether `e`, already checked, denotes storage.
pub(crate) fn is_place(cx: &Cx<'_>, mut e: ExprId) -> bool {
    loop {
        match &cx.ast.exprs[e].kind {
            ExprKind::Path(_) => {
                return matches!(
                    cx.out.resolutions.get(e),
                    Some(Resolution::Local(_) | Resolution::Global(_)) | None
                );
            }
            ExprKind::Unary(UnaryOp::Deref, _) | ExprKind::Error => return true,
            ExprKind::Index(base, _) if is_array(cx, *base) => e = *base,
            ExprKind::Index(..) => return true,
            ExprKind::Member(base, _) => match cx.out.members.get(e) {
                Some(field) if !field.deref => e = *base,
                _ => return true,
            },
            _ => return false,
        }
    }
}

/// The local variable that the place `e` is, or is a part of.
pub(crate) fn root_local(cx: &Cx<'_>, mut e: ExprId) -> Option<LocalId> {
    loop {
        match &cx.ast.exprs[e].kind {
            ExprKind::Path(_) => match cx.out.resolutions.get(e) {
                Some(Resolution::Local(local)) => return Some(*local),
                _ => return None,
            },
            ExprKind::Index(base, _) if is_array(cx, *base) => e = *base,
            ExprKind::Member(base, _) if cx.out.members.get(e).is_some_and(|f| !f.deref) => {
                e = *base;
            }
            _ => return None,
        }
    }
}

fn is_array(cx: &Cx<'_>, e: ExprId) -> bool {
    cx.out.expr_types.get(e).is_some_and(|ty| matches!(cx.kind(*ty), TyKind::Array(..)))
}

/// Requires that `place`, already checked, may be written, and records that it is.
pub(crate) fn check_writable(cx: &mut Cx<'_>, place: ExprId, verb: &str) -> bool {
    let span = cx.span(place);
    if !is_place(cx, place) {
        let d = Diagnostic::new(codes::E0306, span, format!("cannot {verb} this expression"))
            .label("not a variable, an element, a field or `*pointer`");
        cx.report(d);
        return false;
    }
    let constant = match cx.out.resolutions.get(place) {
        Some(Resolution::Local(local)) => {
            let declaration = &cx.ast.locals[*local];
            declaration.constant.then_some(&declaration.name)
        }
        Some(Resolution::Global(item)) => match &cx.ast.items[*item].kind {
            luma_syntax::ast::ItemKind::Global(global) => global.constant.then_some(&global.name),
            _ => None,
        },
        _ => None,
    };
    if let Some(name) = constant {
        let message = format!("cannot {verb} the constant `{}`", name.text);
        let d = Diagnostic::new(codes::E0307, span, message)
            .also(name.span, "declared `const` here")
            .help("declare it with `let` if it should change");
        cx.report(d);
        return false;
    }
    if let Some(local) = root_local(cx, place) {
        cx.local(local).assigned = true;
    }
    true
}

/// `*pointer`
pub(crate) fn check_deref(cx: &mut Cx<'_>, pointer: ExprId) -> Ty {
    let ty = infer(cx, pointer);
    let span = cx.span(pointer);
    match *cx.kind(ty) {
        TyKind::Error => ty,
        TyKind::Pointer(pointee) if pointee == cx.prims.void => {
            let message = "cannot dereference a `*void`: what it points to is unknown";
            let d = Diagnostic::new(codes::E0302, span, message)
                .help("cast it to a pointer of the right type first");
            cx.report(d);
            cx.prims.error
        }
        TyKind::Pointer(pointee) => pointee,
        TyKind::Str | TyKind::String => text_as_pointer(cx, pointer),
        _ => {
            let message = format!("cannot dereference a `{}`", cx.show(ty));
            cx.report(Diagnostic::new(codes::E0302, span, message).label("not a pointer"));
            cx.prims.error
        }
    }
}

/// Converts the string `e` to `*byte` and returns the type it points to.
fn text_as_pointer(cx: &mut Cx<'_>, e: ExprId) -> Ty {
    let pointer = cx.prims.byte_ptr;
    cx.adjust(e, pointer);
    cx.prims.byte
}

/// `&place`
pub(crate) fn check_address_of(cx: &mut Cx<'_>, e: ExprId, place: ExprId) -> Ty {
    let ty = infer(cx, place);
    if cx.is_error(ty) {
        return ty;
    }
    if !is_place(cx, place) {
        let message = "cannot take the address of this expression";
        let d = Diagnostic::new(codes::E0306, cx.span(e), message)
            .label("it has no place in memory")
            .help("store it in a variable first");
        cx.report(d);
        return cx.prims.error;
    }
    if let Some(local) = root_local(cx, place) {
        cx.local(local).addressed = true;
    }
    cx.pointer_to(ty)
}

/// `base[index]`
pub(crate) fn check_index(cx: &mut Cx<'_>, base: ExprId, index: ExprId) -> Ty {
    let base_ty = infer(cx, base);
    let int = cx.prims.int;
    let sound = check_to(cx, index, int, Site::Index);
    let span = cx.span(base);
    match *cx.kind(base_ty) {
        TyKind::Error => base_ty,
        TyKind::Pointer(pointee) if pointee == cx.prims.void => {
            let message = "cannot index a `*void`: what it points to is unknown";
            let d = Diagnostic::new(codes::E0302, span, message)
                .help("cast it to a pointer of the right type first");
            cx.report(d);
            cx.prims.error
        }
        TyKind::Pointer(pointee) => pointee,
        TyKind::Str | TyKind::String => text_as_pointer(cx, base),
        TyKind::Array(element, count) => {
            if sound && !check_bounds(cx, base, index, count) {
                return cx.prims.error;
            }
            element
        }
        _ => {
            let message = format!("cannot index a `{}`", cx.show(base_ty));
            let d = Diagnostic::new(codes::E0302, span, message)
                .label("neither an array nor a pointer");
            cx.report(d);
            cx.prims.error
        }
    }
}

/// Whether `index` may be within `count` elements; reports an error if it certainly is not.
fn check_bounds(cx: &mut Cx<'_>, base: ExprId, index: ExprId, count: u64) -> bool {
    let Some(value) = evaluate_small(cx, index) else { return true };
    if u64::try_from(value).is_ok_and(|value| value < count) {
        return true;
    }
    let message = format!("index {value} is outside of this array");
    let plural = if count == 1 { "" } else { "s" };
    let d = Diagnostic::new(codes::E0318, cx.span(index), message)
        .also(cx.span(base), format!("has {count} element{plural}"))
        .help(format!("valid indices are 0 to {}", count.saturating_sub(1)));
    cx.report(d);
    false
}

/// `base.name`
pub(crate) fn check_member(cx: &mut Cx<'_>, e: ExprId, base: ExprId, name: &Name) -> Ty {
    let ty = infer(cx, base);
    if name.text.is_empty() {
        return cx.prims.error;
    }
    let (strukt, deref) = match *cx.kind(ty) {
        TyKind::Error => return ty,
        TyKind::Struct(id) => (Some(id), false),
        TyKind::Pointer(pointee) => match *cx.kind(pointee) {
            TyKind::Struct(id) => (Some(id), true),
            _ => (None, false),
        },
        _ => (None, false),
    };
    let Some(id) = strukt else {
        let message = format!("a `{}` has no fields", cx.show(ty));
        let mut d = Diagnostic::new(codes::E0204, name.span, message)
            .also(cx.span(base), format!("this has type `{}`", cx.show(ty)));
        if let TyKind::Pointer(inner) = *cx.kind(ty)
            && matches!(cx.kind(inner), TyKind::Pointer(_))
        {
            d = d.help("fields are reached through one pointer; dereference it with `*` first");
        }
        cx.report(d);
        return cx.prims.error;
    };
    let span = cx.span(e);
    if !ensure_fields(cx, id, span) {
        return cx.prims.error;
    }
    let Some(index) = find_field(cx, id, &name.text) else {
        if cx.methods.contains(&(id, name.text.as_str())) {
            return cx.prims.error;
        }
        let d = no_field(cx, id, name);
        cx.report(d);
        return cx.prims.error;
    };
    let field = cx.out.structs[id.0 as usize].fields[index as usize].clone();
    if !field.public {
        let owner = &cx.out.structs[id.0 as usize].name;
        let message = format!("field `{}` of `{owner}` is private", name.text);
        let d = Diagnostic::new(codes::E0204, name.span, message)
            .also(field.span, "declared in a `priv:` section");
        cx.report(d);
    }
    cx.out.members.insert(e, FieldRef { strukt: id, field: index, deref });
    field.ty
}

/// The layout index of the field of `id` called `name`.
pub(crate) fn find_field(cx: &mut Cx<'_>, id: StructId, name: &str) -> Option<u32> {
    let fields = &cx.out.structs[id.0 as usize].fields;
    if fields.len() <= 16 {
        let found = fields.iter().position(|field| field.name == name)?;
        return Some(found as u32);
    }
    let index = cx.field_index.entry(id).or_insert_with(|| {
        let numbered = fields.iter().enumerate().rev();
        numbered.map(|(i, field)| (field.name.clone(), i as u32)).collect()
    });
    index.get(name).copied()
}

/// The error that `id` has no field called `name`.
pub(crate) fn no_field(cx: &mut Cx<'_>, id: StructId, name: &Name) -> Diagnostic {
    let info = &cx.out.structs[id.0 as usize];
    let message = format!("struct `{}` has no field `{}`", info.name, name.text);
    let d = Diagnostic::new(codes::E0204, name.span, message)
        .also(cx.def_span(Def::Struct(id)), "declared here");
    if cx.suggestions_left == 0 {
        return d;
    }
    cx.suggestions_left -= 1;
    match closest(&name.text, info.fields.iter().map(|field| field.name.as_str())) {
        Some(meant) => d.fix(format!("did you mean `{meant}`?"), name.span, meant),
        None => d,
    }
}
