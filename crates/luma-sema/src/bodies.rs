//! Function bodies: statements, scopes, and reachability of their ends.

use luma_diagnostics::{Diagnostic, OrNever as _, Span, codes, never};
use luma_syntax::ast::{
    Block, Body, ExprId, ExprKind, Function, ItemId, ItemKind, LocalId, Loop, StmtId, StmtKind,
};

use crate::calls::check_printed;
use crate::collect::duplicate;
use crate::constants::evaluate;
use crate::context::{Cx, Enclosing, Frame};
use crate::convert::{Site, check_to};
use crate::exprs::infer;
use crate::switch::check_switch;
use crate::type_exprs::resolve_value;
use crate::types::{Ty, TyKind};

/// How control can get past a statement, from never to normally.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    /// Never: it returns, jumps, or runs forever on every path.
    Never,
    /// Only in cases that do not occur in correct programs: no member of an enum matched, or `exit`
    /// returned.
    Barely,
    /// Only when none of the labels of a switch matched.
    Unmatched,
    /// Normally.
    Open,
}

/// Checks the bodies of all functions.
pub(crate) fn check_bodies(cx: &mut Cx<'_>) {
    let ast = cx.ast;
    for (item, declaration) in ast.items.iter() {
        if let ItemKind::Function(function) = &declaration.kind {
            check_function(cx, item, function);
        }
    }
}

fn check_function(cx: &mut Cx<'_>, item: ItemId, function: &Function) {
    cx.enclosing = Enclosing { item: Some(item), frames: Vec::new() };
    cx.scopes.push();
    for &param in &function.params {
        declare(cx, param);
    }
    let result = cx.out.functions.get(item).map_or(cx.prims.error, |info| info.result);
    match &function.body {
        // A prototype that has a definition has no signature of its own.
        None => {}
        Some(Body::Expr(value)) => {
            if result == cx.prims.void {
                infer(cx, *value);
            } else {
                check_to(cx, *value, result, Site::Return);
            }
            set_falls_off(cx, item, result == cx.prims.void);
        }
        Some(Body::Block(block)) => {
            let end = check_block(cx, block);
            set_falls_off(cx, item, end != End::Never);
            let returns = result != cx.prims.void && !cx.is_error(result);
            if returns && function.name.text != "main" {
                report_missing_return(cx, function, block, result, end);
            }
        }
    }
    cx.scopes.pop();
    cx.enclosing = Enclosing::default();
}

fn set_falls_off(cx: &mut Cx<'_>, item: ItemId, falls_off: bool) {
    if let Some(info) = cx.out.functions.get_mut(item) {
        info.falls_off = falls_off;
    }
}

fn report_missing_return(
    cx: &mut Cx<'_>,
    function: &Function,
    block: &Block,
    result: Ty,
    end: End,
) {
    let name = &function.name.text;
    let shown = cx.show(result);
    let d = match end {
        End::Never | End::Barely => return,
        End::Unmatched => {
            let message = format!("`{name}` returns no value when no case matches");
            Diagnostic::new(codes::W0301, function.name.span, message)
                .note("it then returns zero")
                .help("add an arm `_ -> …` to the switch at its end")
        }
        End::Open => {
            let message = format!("`{name}` can end without returning a value");
            let close = Span { start: block.span.end.saturating_sub(1), ..block.span };
            let declared = cx.ast.types[function.result].span;
            Diagnostic::new(codes::E0316, close, message)
                .label("this end can be reached")
                .also(declared, format!("the function returns `{shown}`"))
                .help("return a value on every path")
        }
    };
    cx.report(d);
}

/// Adds `local`, whose type is known, to the current scope.
fn declare(cx: &mut Cx<'_>, local: LocalId) {
    let name = &cx.ast.locals[local].name;
    cx.local(local);
    if name.text.is_empty() {
        return;
    }
    if let Some(previous) = cx.scopes.declare(&name.text, local) {
        let first = cx.ast.locals[previous].name.span;
        cx.report(duplicate(&name.text, name.span, first));
    }
}

/// Checks a variable and its initialiser, and only then makes the variable visible.
fn check_variable(cx: &mut Cx<'_>, local: LocalId, init: Option<ExprId>) {
    let declaration = &cx.ast.locals[local];
    let ty = resolve_value(cx, declaration.ty, "a variable");
    cx.local(local).ty = ty;
    if let Some(init) = init {
        let sound = check_to(cx, init, ty, Site::Init(declaration.name.span));
        let scalar = matches!(
            cx.kind(ty),
            TyKind::Int
                | TyKind::Byte
                | TyKind::Bool
                | TyKind::Float
                | TyKind::Double
                | TyKind::Enum(_)
        );
        if sound && scalar && declaration.constant {
            // The value of a local may also be known only at run time, so failure is not an error.
            if let Ok(value) = evaluate(cx, init) {
                cx.local_constants.insert(local, value);
            }
        }
    }
    declare(cx, local);
}

/// Checks a block in a scope of its own.
pub(crate) fn check_block(cx: &mut Cx<'_>, block: &Block) -> End {
    cx.scopes.push();
    let mut end = End::Open;
    let mut warned = false;
    for (i, &stmt) in block.stmts.iter().enumerate() {
        if end == End::Never && !warned {
            warned = true;
            report_unreachable(cx, block, i);
        }
        let here = check_statement(cx, stmt);
        if !warned {
            end = here;
        }
    }
    cx.scopes.pop();
    end
}

fn report_unreachable(cx: &mut Cx<'_>, block: &Block, at: usize) {
    let span = |i: usize| block.stmts.get(i).map(|stmt| cx.ast.stmts[*stmt].span);
    let Some(first) = span(at) else {
        never!("statement {at} of {}", block.stmts.len());
        return;
    };
    let mut d = Diagnostic::new(codes::W0302, first, "this is never reached");
    if let Some(before) = at.checked_sub(1).and_then(span) {
        d = d.also(before, "nothing after this runs");
    }
    cx.report(d);
}

fn check_statement(cx: &mut Cx<'_>, stmt: StmtId) -> End {
    let ast = cx.ast;
    let span = ast.stmts[stmt].span;
    match &ast.stmts[stmt].kind {
        StmtKind::Let { local, init } => {
            check_variable(cx, *local, *init);
            End::Open
        }
        StmtKind::Expr(e) => {
            infer(cx, *e);
            if calls_exit(cx, *e) { End::Barely } else { End::Open }
        }
        StmtKind::Return(value) => {
            check_return(cx, span, *value);
            End::Never
        }
        StmtKind::Break => check_jump(cx, span, "break"),
        StmtKind::Continue => check_jump(cx, span, "continue"),
        StmtKind::Block(block) => check_block(cx, block),
        StmtKind::If { arms, otherwise } => {
            let mut end = End::Never;
            for (condition, body) in arms {
                check_condition(cx, *condition);
                end = end.max(check_block(cx, body));
            }
            match otherwise {
                Some(body) => end.max(check_block(cx, body)),
                None => End::Open,
            }
        }
        StmtKind::Loop(looping) => check_loop(cx, looping),
        StmtKind::Switch { subject, arms } => check_switch(cx, span, *subject, arms),
        StmtKind::Defer(body) => {
            cx.enclosing.frames.push(Frame::Defer(span));
            check_block(cx, body);
            cx.enclosing.frames.pop();
            End::Open
        }
        StmtKind::Output { args, .. } => {
            for &arg in args {
                check_printed(cx, arg);
            }
            End::Open
        }
        // What the statement was meant to be is unknown, so reachability after it is not diagnosed.
        StmtKind::Error => End::Barely,
    }
}

/// Whether `e` calls a C function that is known not to return.
fn calls_exit(cx: &Cx<'_>, e: ExprId) -> bool {
    let ExprKind::Call(callee, _) = &cx.ast.exprs[e].kind else { return false };
    let Some(crate::Resolution::Function(item)) = cx.out.resolutions.get(*callee) else {
        return false;
    };
    cx.out.functions.get(*item).is_some_and(|info| {
        info.external && matches!(info.name.as_str(), "exit" | "_exit" | "abort" | "quick_exit")
    })
}

fn check_loop(cx: &mut Cx<'_>, looping: &Loop) -> End {
    cx.scopes.push();
    for (local, init) in &looping.inits {
        check_variable(cx, *local, Some(*init));
    }
    if let Some(condition) = looping.cond {
        check_condition(cx, condition);
    }
    if let Some(post) = looping.post {
        infer(cx, post);
    }
    cx.enclosing.frames.push(Frame::Loop { broken: false });
    check_block(cx, &looping.body);
    let broken = cx.enclosing.frames.pop() == Some(Frame::Loop { broken: true });
    cx.scopes.pop();
    let forever = looping
        .cond
        .is_none_or(|condition| matches!(cx.ast.exprs[condition].kind, ExprKind::Bool(true)));
    if forever && !broken { End::Never } else { End::Open }
}

/// Checks the condition of an `if` or a loop.
fn check_condition(cx: &mut Cx<'_>, condition: ExprId) {
    let ty = infer(cx, condition);
    if ty == cx.prims.bool || cx.is_error(ty) {
        return;
    }
    let message = format!("a condition must be a `bool`, not `{}`", cx.show(ty));
    let mut d = Diagnostic::new(codes::E0308, cx.span(condition), message);
    if matches!(cx.ast.exprs[condition].kind, ExprKind::Assign(..)) {
        d = d.help("to compare, write `==`");
    } else {
        match cx.kind(ty) {
            TyKind::Int | TyKind::Byte => d = d.help("compare it, as in `x != 0`"),
            TyKind::Pointer(_) => {
                let null = format!("compare it with null: `p != cast<{}>(0)`", cx.show(ty));
                d = d.help(null);
            }
            _ => {}
        }
    }
    cx.report(d);
}

fn check_jump(cx: &mut Cx<'_>, span: Span, word: &str) -> End {
    let breaks = word == "break";
    let looping = in_loop(&cx.enclosing.frames);
    match cx.enclosing.frames.last_mut() {
        Some(Frame::Loop { broken }) => {
            *broken |= breaks;
            return End::Never;
        }
        Some(&mut Frame::Defer(defer)) if looping => {
            let mut nearest = cx.enclosing.frames.iter_mut().rev();
            let nearest = nearest.find(|frame| matches!(frame, Frame::Loop { .. }));
            if let Some(Frame::Loop { broken }) = nearest {
                // The loop is meant to end here, so the code after it is meant to be reachable.
                *broken |= breaks;
            }
            cx.report(out_of_defer(span, defer, word));
        }
        _ => {
            let d = Diagnostic::new(codes::E0311, span, format!("`{word}` outside of a loop"));
            cx.report(d);
        }
    }
    // The target of the jump is unknown, so reachability after it is not diagnosed.
    End::Barely
}

fn in_loop(frames: &[Frame]) -> bool {
    frames.iter().any(|frame| matches!(frame, Frame::Loop { .. }))
}

fn out_of_defer(span: Span, defer: Span, word: &str) -> Diagnostic {
    Diagnostic::new(codes::E0312, span, format!("`{word}` cannot leave a `defer`"))
        .also(defer.shrink_to_start(), "deferred here")
        .note("deferred code runs while a scope is being left already")
}

fn check_return(cx: &mut Cx<'_>, span: Span, value: Option<ExprId>) {
    let defer = cx.enclosing.frames.iter().rev().find_map(|frame| match frame {
        Frame::Defer(span) => Some(*span),
        Frame::Loop { .. } => None,
    });
    if let Some(defer) = defer {
        cx.report(out_of_defer(span, defer, "return"));
    }
    let Some(item) = cx.enclosing.item else {
        never!("`return` outside of a function");
        return;
    };
    let result = cx.out.functions.get(item).map(|info| info.result);
    let result = result.or_never(cx.prims.error, "functions with bodies have signatures");
    let ItemKind::Function(function) = &cx.ast.items[item].kind else {
        never!("a body outside of a function");
        return;
    };
    let (name, declared) = (&function.name.text, cx.ast.types[function.result].span);
    match value {
        Some(value) if result == cx.prims.void => {
            let found = infer(cx, value);
            if cx.is_error(found) {
                return;
            }
            let message = format!("`{name}` returns nothing, so `return` takes no value here");
            let d = Diagnostic::new(codes::E0301, cx.span(value), message)
                .also(declared, "the function returns `void`");
            cx.report(d);
        }
        Some(value) => {
            check_to(cx, value, result, Site::Return);
        }
        None if result == cx.prims.void || cx.is_error(result) => {}
        None => {
            let shown = cx.show(result);
            let message = format!("`return` needs a value of type `{shown}` here");
            let d = Diagnostic::new(codes::E0301, span, message)
                .also(declared, format!("the function returns `{shown}`"));
            cx.report(d);
        }
    }
}
