//! Function signatures: types, attributes, agreement of prototypes and definitions, `main`.

use la_arena::ArenaMap;
use luma_diagnostics::{Diagnostic, Span, closest, codes};
use luma_syntax::ast::{Ast, Function, ItemId, ItemKind};

use crate::collect::Announced;
use crate::context::Cx;
use crate::type_exprs::{resolve, resolve_value};
use crate::types::{Ty, TyKind};
use crate::{Analysis, FunctionInfo};

/// Determines the types of all functions and compares prototypes with their definitions.
pub(crate) fn check_signatures(cx: &mut Cx<'_>, announced: &[Announced]) {
    let ast = cx.ast;
    let mut infos = ArenaMap::default();
    for (item, declaration) in ast.items.iter() {
        if let ItemKind::Function(function) = &declaration.kind {
            let info = signature(cx, function);
            if function.name.text == "main" {
                check_main_shape(cx, function, &info);
            }
            infos.insert(item, info);
        }
    }
    for Announced { prototype, definition } in announced {
        if let (Some(a), Some(b)) = (infos.get(*prototype), infos.get(*definition)) {
            compare(cx, (*prototype, a), (*definition, b));
        }
        infos.remove(*prototype);
    }
    cx.out.functions = infos;
}

fn signature(cx: &mut Cx<'_>, function: &Function) -> FunctionInfo {
    let ast = cx.ast;
    let mut params = Vec::with_capacity(function.params.len());
    for &param in &function.params {
        let ty = resolve_value(cx, ast.locals[param].ty, "a parameter");
        cx.local(param).ty = ty;
        params.push(ty);
    }
    let result = if resolve(cx, function.result) == cx.prims.void {
        cx.prims.void
    } else {
        resolve_value(cx, function.result, "a result")
    };
    let takes = taken(cx, function, &params);
    let kind = TyKind::Function(params.clone().into_boxed_slice(), result);
    FunctionInfo {
        name: function.name.text.to_string(),
        ty: cx.out.types.intern(kind),
        params,
        result,
        external: function.body.is_none(),
        returns_ownership: function.attributes.returns_ownership.is_some(),
        takes,
        falls_off: false,
    }
}

/// Which parameters `#takes_ownership` applies to.
fn taken(cx: &mut Cx<'_>, function: &Function, params: &[Ty]) -> Vec<bool> {
    let pointers: Vec<bool> = params
        .iter()
        .map(|ty| matches!(cx.kind(*ty), TyKind::Pointer(_) | TyKind::Str | TyKind::String))
        .collect();
    let Some((names, _)) = &function.attributes.takes_ownership else {
        return vec![false; params.len()];
    };
    if names.is_empty() {
        return pointers;
    }
    let mut takes = vec![false; params.len()];
    let param_name = |i: usize| function.params.get(i).map(|p| &cx.ast.locals[*p].name);
    let mut found_wrong = Vec::new();
    for name in names {
        let number =
            (0..params.len()).find(|i| param_name(*i).is_some_and(|param| param.text == name.text));
        match number {
            Some(i) if pointers[i] => takes[i] = true,
            Some(i) if cx.is_error(params[i]) => {}
            Some(i) => {
                let message = format!(
                    "parameter `{}` has type `{}`, which owns nothing",
                    name.text,
                    cx.show(params[i])
                );
                let d = Diagnostic::new(codes::E0302, name.span, message)
                    .note("only pointers can be taken ownership of");
                found_wrong.push(d);
            }
            None => {
                let message =
                    format!("`{}` has no parameter called `{}`", function.name.text, name.text);
                let mut d = Diagnostic::new(codes::E0201, name.span, message)
                    .also(function.name.span, "declared here");
                let known = (0..params.len()).filter_map(param_name).map(|n| n.text.as_str());
                if let Some(meant) = closest(&name.text, known) {
                    d = d.fix(format!("did you mean `{meant}`?"), name.span, meant);
                }
                found_wrong.push(d);
            }
        }
    }
    cx.diagnostics.extend(found_wrong);
    takes
}

fn compare(cx: &mut Cx<'_>, a: (ItemId, &FunctionInfo), b: (ItemId, &FunctionInfo)) {
    // The error is reported at the one that comes second in the file.
    let (first, second) = if a.0.into_raw() < b.0.into_raw() { (a, b) } else { (b, a) };
    let ((first, a), (second, b)) = (first, second);
    let involved = a.params.iter().chain(&b.params).chain([&a.result, &b.result]);
    if involved.into_iter().any(|ty| cx.is_error(*ty)) {
        return;
    }
    let (span, declared) = (cx.item_name(second).span, cx.item_name(first).span);
    let other = if a.external { "the prototype" } else { "the definition" };
    let d = if a.ty != b.ty {
        let message = format!("`{}` has another signature here than before", b.name);
        Diagnostic::new(codes::E0205, span, message)
            .label(format!("this is `{}`", cx.show(b.ty)))
            .also(declared, format!("{other} is `{}`", cx.show(a.ty)))
    } else if (a.returns_ownership, &a.takes) != (b.returns_ownership, &b.takes) {
        let message = format!("`{}` has other ownership attributes here than before", b.name);
        Diagnostic::new(codes::E0205, span, message)
            .also(declared, format!("{other} is here"))
            .help("give the prototype and the definition the same attributes")
    } else {
        return;
    };
    cx.report(d);
}

fn check_main_shape(cx: &mut Cx<'_>, function: &Function, info: &FunctionInfo) {
    let span = function.name.span;
    let help = "write `fn () int` or `fn (argc: int, argv: **byte) int`";
    let malformed =
        |span: Span, message: &str| Some(Diagnostic::new(codes::E0206, span, message).help(help));
    let argv = cx.pointer_to(cx.prims.byte_ptr);
    let result = cx.ast.types[function.result].span;
    let well_formed_params = match info.params.as_slice() {
        [] => true,
        [argc, values] => {
            let fits = |ty: Ty, wanted: Ty| ty == wanted || cx.is_error(ty);
            fits(*argc, cx.prims.int) && fits(*values, argv)
        }
        _ => false,
    };
    let d = if function.body.is_none() {
        malformed(span, "`main` cannot be a prototype")
    } else if info.result != cx.prims.int && !cx.is_error(info.result) {
        malformed(result, "`main` must return `int`")
    } else if !well_formed_params {
        malformed(span, "`main` takes no parameters, or `argc: int` and `argv: **byte`")
    } else {
        None
    };
    cx.diagnostics.extend(d);
}

/// The error that the program has no `main`, which matters only for executables. A malformed `main`
/// is reported by [`crate::analyze`].
pub fn check_main(ast: &Ast, analysis: &Analysis) -> Option<Diagnostic> {
    // A prototype of `main` was already reported as malformed.
    if analysis.functions.iter().any(|(_, info)| info.name == "main") {
        return None;
    }
    let end = ast.items.iter().map(|(_, item)| item.span).max_by_key(|span| span.end);
    let message = "the program has no function `main`";
    let mut d = match end {
        Some(span) => Diagnostic::new(codes::E0206, span.shrink_to_end(), message),
        None => Diagnostic::unlocated(codes::E0206, message),
    };
    let near = ast.items.iter().find_map(|(_, item)| match &item.kind {
        ItemKind::Function(f) if f.name.text.eq_ignore_ascii_case("main") => Some(&f.name),
        _ => None,
    });
    if let Some(name) = near {
        d = d.fix("`main` is written in lower case", name.span, "main");
    }
    Some(d.help("every program starts with `const main -> fn () int { … }`"))
}
