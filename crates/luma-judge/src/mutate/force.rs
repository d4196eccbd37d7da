//! Runs that go ways the program's own inputs never take.
//!
//! The text is changed so that inputs may overrule its conditions and let allocations fail. Such a
//! way need not be possible, so it only tells anything about a changed program where the program
//! as it was goes right on the same inputs.

use luma_diagnostics::FileId;
use luma_interp::{Answers, Rest};
use luma_syntax::ast::{Ast, ExprKind, ItemKind, StmtKind};

use super::change::is_null_test;

/// What the changed conditions and allocations call.
const HELPERS: &str = "
const judge_decides -> fn (site: int, natural: bool) bool {
    let answer: int = ask(site);
    if (answer == 5) { return true; }
    if (answer == 6) { return false; }
    return natural;
}
const judge_ends -> fn (site: int, natural: bool) bool {
    if (ask(site) == 6) { return false; }
    return natural;
}
const judge_allocates -> fn (site: int, size: int) *void {
    if (ask(site) == 7) { return cast<*void>(0); }
    return alloc(size);
}
";

/// `source` with conditions and allocations that ask.
///
/// Null tests are not overruled, for a pointer is what it is; loops only end early. A site is
/// numbered by what stands before it of its kind, so that it is the same after a small change.
pub(super) fn forced(source: &str) -> String {
    let ast = luma_syntax::parse(FileId(0), source).ast;
    let mut edits: Vec<(usize, bool, String)> = Vec::new();
    let mut wrap = |span: luma_diagnostics::Span, name: &str, site: usize| {
        edits.push((span.start as usize, true, format!("{name}({site}, ")));
        edits.push((span.end as usize, false, ")".to_owned()));
    };
    let (mut conditions, mut allocations) = (1000, 2000);
    for (_, stmt) in ast.stmts.iter() {
        match &stmt.kind {
            StmtKind::If { arms, .. } => {
                for (condition, _) in arms {
                    conditions += 1;
                    let expr = &ast.exprs[*condition];
                    let is_literal = matches!(expr.kind, ExprKind::Bool(_));
                    if !is_null_test(&ast, expr) && !is_literal {
                        wrap(expr.span, "judge_decides", conditions);
                    }
                }
            }
            StmtKind::Loop(each) => {
                conditions += 1;
                let condition = each.cond.map(|condition| &ast.exprs[condition]);
                if let Some(expr) = condition.filter(|expr| !is_null_test(&ast, expr)) {
                    wrap(expr.span, "judge_ends", conditions);
                }
            }
            _ => {}
        }
    }
    for (_, expr) in ast.exprs.iter() {
        if let ExprKind::Alloc(_) = expr.kind {
            allocations += 1;
            edits.push((
                expr.span.start as usize,
                true,
                format!("judge_allocates({allocations}, "),
            ));
        }
    }
    edits.sort_by_key(|(at, opens, _)| (*at, *opens));
    let mut text = source.to_owned();
    for (at, _, new) in edits.into_iter().rev() {
        // An allocation is renamed, with its parenthesis.
        let word = "alloc(";
        if new.starts_with("judge_allocates") && text.get(at..at + word.len()) == Some(word) {
            text.replace_range(at..at + word.len(), &new);
        } else if !new.starts_with("judge_allocates") && text.is_char_boundary(at) {
            text.insert_str(at, &new);
        }
    }
    let ask = if asks(&ast) { "" } else { "\nconst ask -> fn (site: int) int;" };
    format!("{text}{ask}{HELPERS}")
}

fn asks(ast: &Ast) -> bool {
    ast.items.iter().any(|(_, item)| match &item.kind {
        ItemKind::Function(function) => function.name.text == "ask",
        _ => false,
    })
}

/// The inputs tried: now and then something is overruled, in half of them rarely.
pub(super) fn scripts(count: u64) -> impl Iterator<Item = Answers> {
    (0..count).map(|seed| {
        let below = if seed % 2 == 0 { 9 } else { 24 };
        Answers { first: Vec::new(), rest: Rest::Random { seed: seed + 77, below } }
    })
}
