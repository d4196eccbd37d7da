//! The changes that are made to a program: one `free`, `defer`, attribute or null test at a time.

use std::ops::Range;

use luma_diagnostics::{FileId, Span, never};
use luma_syntax::ast::{Ast, BinaryOp, Expr, ExprId, ExprKind, ItemKind, StmtKind, TypeKind};

use super::blocks::{Blocks, Position};

/// What is changed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Subject {
    /// A statement `free(…);`.
    Free,
    /// A `defer`.
    Defer,
    /// An ownership attribute of a function.
    Attribute,
    /// A condition that compares with null.
    NullTest,
}

/// How it is changed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum How {
    /// It is gone; a null test is never true.
    Deleted,
    /// It is there twice; a null test is always true.
    Doubled,
    /// It is elsewhere in its block.
    Moved,
    /// It is behind the statement its block belongs to, or in a block beside it; an attribute is
    /// at another function.
    MovedAcross,
}

/// A changed program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Mutant {
    pub(super) subject: Subject,
    pub(super) how: How,
    /// The line of what is changed.
    pub(super) line: usize,
    /// What is changed, as it was.
    pub(super) was: String,
    pub(super) text: String,
}

/// Text that takes the place of other text.
type Edit = (Range<usize>, String);

/// All changes of one thing in `source`, which parses.
pub(super) fn mutants(source: &str) -> Vec<Mutant> {
    let ast = luma_syntax::parse(FileId(0), source).ast;
    let mut found = Found { source, mutants: Vec::new() };
    statements(&ast, &mut found);
    attributes(&ast, &mut found);
    null_tests(&ast, &mut found);
    found.mutants
}

struct Found<'a> {
    source: &'a str,
    mutants: Vec<Mutant>,
}

impl Found<'_> {
    fn text(&self, span: Span) -> &str {
        &self.source[range(span)]
    }

    /// Adds the program with `edits`, none of which overlap, unless that is no change.
    fn add(&mut self, subject: Subject, how: How, at: Span, mut edits: Vec<Edit>) {
        edits.sort_by_key(|(range, _)| range.start);
        let mut text = self.source.to_owned();
        for (range, new) in edits.into_iter().rev() {
            let outside = text.get(range.clone()).is_none();
            if never!(outside, "an edit is outside of the program") {
                return;
            }
            text.replace_range(range, &new);
        }
        let line = 1 + self.source.bytes().take(at.start as usize).filter(|&b| b == b'\n').count();
        let was = self.text(at).split_whitespace().collect::<Vec<_>>().join(" ");
        if text != self.source && self.mutants.iter().all(|known| known.text != text) {
            self.mutants.push(Mutant { subject, how, line, was, text });
        }
    }
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// Frees and defers.
fn statements(ast: &Ast, found: &mut Found<'_>) {
    let blocks = Blocks::new(ast);
    for (id, stmt) in ast.stmts.iter() {
        let subject = match &stmt.kind {
            StmtKind::Expr(e) if matches!(ast.exprs[*e].kind, ExprKind::Free(_)) => Subject::Free,
            StmtKind::Defer(_) => Subject::Defer,
            _ => continue,
        };
        let Some(position) = blocks.position(id) else { continue };
        if position.is_bare && blocks.is_deferred(ast, id) {
            // `defer free(p);` is changed as a whole.
            continue;
        }
        let text = found.text(stmt.span).to_owned();
        let nothing = if position.is_bare { "{}" } else { "" };
        let gone: Edit = (range(stmt.span), nothing.to_owned());
        let twice = if position.is_bare {
            format!("{{ {text} {text} }}")
        } else {
            format!("{text} {text}")
        };
        found.add(subject, How::Deleted, stmt.span, vec![gone.clone()]);
        found.add(subject, How::Doubled, stmt.span, vec![(range(stmt.span), twice)]);
        for (how, at) in targets(ast, &blocks, position) {
            let put: Edit = (at..at, format!(" {text} "));
            found.add(subject, how, stmt.span, vec![gone.clone(), put]);
        }
    }
}

/// Offsets a statement can move to.
fn targets(ast: &Ast, blocks: &Blocks, position: Position<'_>) -> Vec<(How, usize)> {
    let mut targets = Vec::new();
    let stmts = position.stmts;
    for step in 1..=2 {
        if let Some(before) = position.index.checked_sub(step).and_then(|i| stmts.get(i)) {
            targets.push((How::Moved, ast.stmts[*before].span.start as usize));
        }
        if let Some(after) = stmts.get(position.index + step) {
            targets.push((How::Moved, ast.stmts[*after].span.end as usize));
        }
    }
    if let Some(owner) = position.owner
        && blocks.position(owner).is_some_and(|outer| !outer.is_bare)
    {
        targets.push((How::MovedAcross, ast.stmts[owner].span.start as usize));
        targets.push((How::MovedAcross, ast.stmts[owner].span.end as usize));
    }
    let beside = [position.index.checked_sub(1), Some(position.index + 1)];
    for stmt in beside.into_iter().flatten().filter_map(|i| stmts.get(i)) {
        for block in blocks.of(*stmt).take(2) {
            // Before its closing brace.
            targets.push((How::MovedAcross, block.end as usize - 1));
        }
    }
    targets
}

/// Attributes of functions with a body: elsewhere they are what is known of the function.
fn attributes(ast: &Ast, found: &mut Found<'_>) {
    let functions: Vec<_> = ast
        .items
        .iter()
        .filter_map(|(_, item)| match &item.kind {
            ItemKind::Function(function) if function.body.is_some() => Some((item, function)),
            _ => None,
        })
        .collect();
    for (index, (_, function)) in functions.iter().enumerate() {
        let taken = function.attributes.takes_ownership.as_ref().map(|(_, span)| *span);
        let spans = [function.attributes.returns_ownership, taken];
        for span in spans.into_iter().flatten() {
            let text = found.text(span).to_owned();
            let gone: Edit = (range(span), String::new());
            found.add(Subject::Attribute, How::Deleted, span, vec![gone.clone()]);
            if let Some((next, _)) = functions.get((index + 1) % functions.len()) {
                let at = next.span.start as usize;
                let put: Edit = (at..at, format!("{text}\n"));
                found.add(Subject::Attribute, How::MovedAcross, span, vec![gone, put]);
            }
        }
    }
}

/// Conditions of `if` that compare with null.
fn null_tests(ast: &Ast, found: &mut Found<'_>) {
    for (_, stmt) in ast.stmts.iter() {
        let StmtKind::If { arms, .. } = &stmt.kind else { continue };
        for (condition, _) in arms {
            let expr = &ast.exprs[*condition];
            if is_null_test(ast, expr) {
                let span = expr.span;
                let edit = |text: &str| vec![(range(span), text.to_owned())];
                found.add(Subject::NullTest, How::Deleted, span, edit("false"));
                found.add(Subject::NullTest, How::Doubled, span, edit("true"));
            }
        }
    }
}

/// `p == cast<*T>(0)` or `!=`, whichever side.
pub(super) fn is_null_test(ast: &Ast, expr: &Expr) -> bool {
    let is_null = |id: ExprId| match &ast.exprs[id].kind {
        ExprKind::Cast(ty, value) => {
            matches!(ast.types[*ty].kind, TypeKind::Pointer(_))
                && matches!(ast.exprs[*value].kind, ExprKind::Int(0))
        }
        _ => false,
    };
    match expr.kind {
        ExprKind::Binary(BinaryOp::Eq | BinaryOp::Ne, a, b) => is_null(a) || is_null(b),
        _ => false,
    }
}
