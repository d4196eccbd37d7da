//! Struct and array literals.

use luma_diagnostics::{Diagnostic, Span, codes};
use luma_syntax::ast::{ExprId, FieldInit, Name};

use crate::context::{Cx, Def};
use crate::convert::{Site, check_to, coerce, same_shape};
use crate::exprs::{Expect, check, infer};
use crate::places::{find_field, no_field};
use crate::structs::ensure_fields;
use crate::type_exprs;
use crate::types::{StructId, Ty, TyKind};

/// `S { a: 1, ...rest }` and `{ a: 1 }`
pub(crate) fn check_struct(
    cx: &mut Cx<'_>,
    e: ExprId,
    path: &[Name],
    entries: &[FieldInit],
    expect: Expect,
) -> Ty {
    let span = cx.span(e);
    let known = struct_of(cx, path, expect, span).filter(|id| ensure_fields(cx, *id, span));
    let Some(id) = known else {
        for entry in entries {
            let (FieldInit::Field(_, value) | FieldInit::Spread(value)) = entry;
            check_quietly(cx, *value);
        }
        return cx.prims.error;
    };
    let ty = cx.out.types.intern(TyKind::Struct(id));
    let mut given = vec![false; cx.out.structs[id.0 as usize].fields.len()];
    let mut numbers = Vec::with_capacity(entries.len());
    let mut complete = false;
    for entry in entries {
        match entry {
            FieldInit::Field(name, value) => {
                let number = find_field(cx, id, &name.text);
                numbers.push(number);
                match number {
                    Some(number) => {
                        let field = &cx.out.structs[id.0 as usize].fields[number as usize];
                        let field_ty = field.ty;
                        if let Some(slot) = given.get_mut(number as usize) {
                            *slot = true;
                        }
                        check_to(cx, *value, field_ty, Site::Field(id, number));
                    }
                    None => {
                        if !name.text.is_empty() {
                            let d = no_field(cx, id, name);
                            cx.report(d);
                        }
                        check_quietly(cx, *value);
                        // The missing field may be the misspelt one.
                        complete = true;
                    }
                }
            }
            FieldInit::Spread(value) => {
                numbers.push(None);
                complete = true;
                let found = check(cx, *value, Expect { ty: Some(ty), pad: false });
                if found != ty && !cx.is_error(found) {
                    let (found, wanted) = (cx.show(found), cx.show(ty));
                    let message = format!("`...` needs a `{wanted}` here, not `{found}`");
                    let mut d = Diagnostic::new(codes::E0309, cx.span(*value), message);
                    if found == format!("*{wanted}") {
                        d = d.help("read what it points to with `*`");
                    }
                    cx.report(d);
                }
            }
        }
    }
    cx.out.literal_fields.insert(e, numbers);
    if !complete {
        report_missing(cx, id, &given, span);
    }
    ty
}

/// The struct type of a literal, given by its path or by the expected type.
fn struct_of(cx: &mut Cx<'_>, path: &[Name], expect: Expect, span: Span) -> Option<StructId> {
    match path {
        [] => match expect.ty.map(|ty| cx.kind(ty).clone()) {
            Some(TyKind::Struct(id)) => Some(id),
            Some(TyKind::Error) => None,
            Some(_) => {
                let ty = expect.ty.map_or_else(String::new, |ty| cx.show(ty));
                let message = format!("expected `{ty}`, found a struct literal");
                cx.report(Diagnostic::new(codes::E0301, span, message));
                None
            }
            None => {
                let message = "the type of this struct literal is not known here";
                let d = Diagnostic::new(codes::E0309, span, message)
                    .help("write the name of the struct before `{`");
                cx.report(d);
                None
            }
        },
        [name] => match cx.names.get(name.text.as_str()).copied() {
            Some(Def::Struct(id)) => Some(id),
            Some(def) => {
                let message = format!("`{}` is not a struct", name.text);
                let d = Diagnostic::new(codes::E0309, name.span, message)
                    .also(cx.def_span(def), "declared here");
                cx.report(d);
                None
            }
            None if name.text.is_empty() => None,
            None => {
                let d = match type_exprs::builtin(&cx.prims, &name.text) {
                    Some(_) => {
                        let message = format!("`{}` is not a struct", name.text);
                        Diagnostic::new(codes::E0309, name.span, message)
                    }
                    None => type_exprs::undefined(cx, name),
                };
                cx.report(d);
                None
            }
        },
        [first, ..] => {
            let message = format!("undefined name `{}`", first.text);
            let d = Diagnostic::new(codes::E0201, first.span, message)
                .label("not a module")
                .note("types of other modules are not supported yet");
            cx.report(d);
            None
        }
    }
}

fn report_missing(cx: &mut Cx<'_>, id: StructId, given: &[bool], span: Span) {
    let info = &cx.out.structs[id.0 as usize];
    let missing: Vec<&str> = info
        .fields
        .iter()
        .zip(given)
        .filter(|(_, given)| !**given)
        .map(|(field, _)| field.name.as_str())
        .collect();
    if missing.is_empty() {
        return;
    }
    let mut names =
        missing.iter().take(5).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if missing.len() > 5 {
        names.push_str(&format!(" and {} more", missing.len() - 5));
    }
    let plural = if missing.len() == 1 { "" } else { "s" };
    let message = format!("missing field{plural} {names} in a literal of `{}`", info.name);
    let d = Diagnostic::new(codes::E0309, span, message)
        .also(cx.def_span(Def::Struct(id)), "declared here");
    cx.report(d);
}

/// Checks a value whose context is already erroneous: only errors within the value are reported.
fn check_quietly(cx: &mut Cx<'_>, value: ExprId) {
    let error = cx.prims.error;
    check(cx, value, Expect { ty: Some(error), pad: false });
}

/// `[a, b]`
pub(crate) fn check_array(cx: &mut Cx<'_>, e: ExprId, elements: &[ExprId], expect: Expect) -> Ty {
    let Some((&first, rest)) = elements.split_first() else {
        let d = Diagnostic::new(codes::E0310, cx.span(e), "an array literal needs an element")
            .help("declare the variable without an initialiser instead");
        cx.report(d);
        return cx.prims.error;
    };
    let wanted = match expect.ty.map(|ty| cx.kind(ty)) {
        Some(TyKind::Array(element, _)) => Some(*element),
        Some(TyKind::Error) => Some(cx.prims.error),
        _ => None,
    };
    let (element, mut sound) = match wanted {
        Some(wanted) => {
            let found = check(cx, first, Expect { ty: Some(wanted), pad: expect.pad });
            (wanted, !cx.is_error(found) && element_fits(cx, first, found, wanted, expect.pad))
        }
        None => {
            let found = infer(cx, first);
            if found == cx.prims.void {
                let message = "an element of an array must have a value";
                cx.report(Diagnostic::new(codes::E0310, cx.span(first), message));
                (cx.prims.error, false)
            } else {
                (found, !cx.is_error(found))
            }
        }
    };
    for &other in rest {
        let target = if sound { element } else { cx.prims.error };
        let found = check(cx, other, Expect { ty: Some(target), pad: expect.pad });
        sound &= !cx.is_error(found) && element_fits(cx, other, found, target, expect.pad);
    }
    if !sound || cx.is_error(element) {
        return cx.prims.error;
    }
    cx.out.types.intern(TyKind::Array(element, elements.len() as u64))
}

/// Converts an element to the element type; shorter rows are padded if the whole literal may be.
fn element_fits(cx: &mut Cx<'_>, e: ExprId, from: Ty, to: Ty, pad: bool) -> bool {
    if pad && let (&TyKind::Array(a, n), &TyKind::Array(b, m)) = (cx.kind(from), cx.kind(to)) {
        use luma_syntax::ast::ExprKind::ArrayLit;
        let literal = matches!(cx.ast.exprs[e].kind, ArrayLit(_));
        if literal && n < m && same_shape(&cx.out.types, a, b) {
            cx.adjust(e, to);
            return true;
        }
    }
    coerce(cx, e, from, to, Site::Element)
}
