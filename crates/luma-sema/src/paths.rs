//! Name resolution in expressions.

use luma_diagnostics::{Diagnostic, closest, codes};
use luma_syntax::ast::{ExprId, ExprKind, ItemId, Name};

use crate::Resolution;
use crate::context::{Cx, Def};
use crate::globals;
use crate::types::{EnumId, Ty, TyKind};

/// The type of the path `e` used as a value.
pub(crate) fn check_value(cx: &mut Cx<'_>, e: ExprId, path: &[Name]) -> Ty {
    let Some(resolution) = resolve(cx, e, path) else { return cx.prims.error };
    let span = cx.span(e);
    match resolution {
        Resolution::Local(local) => cx.local(local).ty,
        Resolution::Global(item) => globals::type_of(cx, item, span),
        Resolution::EnumMember(id, _) => cx.out.types.intern(TyKind::Enum(id)),
        Resolution::Function(item) => {
            let name = &cx.item_name(item).text;
            let d = Diagnostic::new(codes::E0109, span, "function values are not supported yet")
                .label(format!("`{name}` can only be called"))
                .also(cx.item_name(item).span, "declared here");
            cx.report(d);
            cx.prims.error
        }
    }
}

/// The function that `e` names, if `e` is just the name of a function.
pub(crate) fn function_named(cx: &Cx<'_>, e: ExprId) -> Option<ItemId> {
    let ExprKind::Path(path) = &cx.ast.exprs[e].kind else { return None };
    let [name] = path.as_slice() else { return None };
    match cx.names.get(name.text.as_str()) {
        Some(Def::Function(item)) if cx.scopes.get(&name.text).is_none() => Some(*item),
        _ => None,
    }
}

/// Resolves the path `e`, records what it names, and reports what is wrong with it.
pub(crate) fn resolve(cx: &mut Cx<'_>, e: ExprId, path: &[Name]) -> Option<Resolution> {
    if path.iter().any(|name| name.text.is_empty()) {
        return None;
    }
    let resolution = match path {
        [name] => resolve_name(cx, name),
        [base, member] => resolve_member(cx, base, member),
        [base, ..] => {
            report_module(cx, base);
            None
        }
        [] => None,
    }?;
    cx.out.resolutions.insert(e, resolution);
    Some(resolution)
}

fn resolve_name(cx: &mut Cx<'_>, name: &Name) -> Option<Resolution> {
    if let Some(local) = cx.scopes.get(&name.text) {
        return Some(Resolution::Local(local));
    }
    match cx.names.get(name.text.as_str()).copied() {
        Some(Def::Function(item)) => Some(Resolution::Function(item)),
        Some(Def::Global(item)) => Some(Resolution::Global(item)),
        Some(def @ (Def::Struct(_) | Def::Enum(_))) => {
            let message = format!("`{}` is a type, not a value", name.text);
            let mut d = Diagnostic::new(codes::E0319, name.span, message)
                .also(cx.def_span(def), "declared here");
            d = match def {
                Def::Enum(_) => d.help(format!("name a member: `{}::…`", name.text)),
                _ => d.help(format!("write a literal: `{} {{ … }}`", name.text)),
            };
            cx.report(d);
            None
        }
        None => {
            let d = undefined(cx, name);
            cx.report(d);
            None
        }
    }
}

fn undefined(cx: &mut Cx<'_>, name: &Name) -> Diagnostic {
    let d = Diagnostic::new(codes::E0201, name.span, format!("undefined name `{}`", name.text))
        .label("not found in this scope");
    match name.text.as_str() {
        "null" | "NULL" | "nil" | "nullptr" => {
            return d.help("the null pointer is written `cast<*T>(0)`");
        }
        "print" | "println" | "printf" => {
            return d.help("print with `output(…)` or `outputln(…)`");
        }
        "malloc" | "calloc" => return d.help("allocate with `alloc(…)`, or declare a prototype"),
        "and" => return d.help("both conditions: `a && b`"),
        "or" => return d.help("one of the conditions: `a || b`"),
        "not" => return d.help("the opposite of a condition: `!a`"),
        "cout" => return d.help("print with `output(…)` or `outputln(…)`"),
        "self" => return d.note("methods are not supported yet"),
        _ => {}
    }
    if cx.suggestions_left == 0 {
        return d;
    }
    cx.suggestions_left -= 1;
    let values = cx
        .names
        .iter()
        .filter(|(_, def)| matches!(def, Def::Function(_) | Def::Global(_)))
        .map(|(name, _)| *name);
    // After a syntax error a declared name may be empty: never suggest that.
    let candidates = cx.scopes.names().chain(values).filter(|name| !name.is_empty());
    match closest(&name.text, candidates) {
        Some(meant) => d.fix(format!("did you mean `{meant}`?"), name.span, meant),
        None => d,
    }
}

fn resolve_member(cx: &mut Cx<'_>, base: &Name, member: &Name) -> Option<Resolution> {
    match cx.names.get(base.text.as_str()).copied() {
        Some(Def::Enum(id)) => enum_member(cx, id, member),
        Some(Def::Struct(id)) if cx.methods.contains(&(id, member.text.as_str())) => None,
        Some(Def::Struct(_)) => {
            let message = "static methods are not supported yet";
            cx.report(Diagnostic::new(codes::E0109, base.span.to(member.span), message));
            None
        }
        Some(def) => {
            let message = format!("`{}` is neither an enum nor a module", base.text);
            let d = Diagnostic::new(codes::E0204, base.span, message)
                .also(cx.def_span(def), "declared here");
            cx.report(d);
            None
        }
        None => {
            report_module(cx, base);
            None
        }
    }
}

fn report_module(cx: &mut Cx<'_>, base: &Name) {
    let message = format!("undefined name `{}`", base.text);
    let mut d = Diagnostic::new(codes::E0201, base.span, message).label("not an enum");
    if cx.suggestions_left > 0 {
        cx.suggestions_left -= 1;
        let enums = cx.out.enums.iter().map(|info| info.name.as_str());
        match closest(&base.text, enums) {
            Some(meant) => d = d.fix(format!("did you mean `{meant}`?"), base.span, meant),
            None => d = d.note("other modules are not supported yet"),
        }
    }
    cx.report(d);
}

fn enum_member(cx: &mut Cx<'_>, id: EnumId, member: &Name) -> Option<Resolution> {
    let found = cx.enum_members.get(&(id, member.text.as_str())).copied();
    if let Some(number) = found {
        return Some(Resolution::EnumMember(id, number));
    }
    let info = &cx.out.enums[id.0 as usize];
    let message = format!("enum `{}` has no member `{}`", info.name, member.text);
    let mut d = Diagnostic::new(codes::E0204, member.span, message)
        .also(cx.def_span(Def::Enum(id)), "declared here");
    if cx.suggestions_left > 0 {
        cx.suggestions_left -= 1;
        if let Some(meant) = closest(&member.text, info.members.iter().map(String::as_str)) {
            d = d.fix(format!("did you mean `{meant}`?"), member.span, meant);
        }
    }
    cx.report(d);
    None
}
