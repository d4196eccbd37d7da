//! What evaluating an expression may do, read off its syntax.

use luma_syntax::ast::{Ast, ExprId, ExprKind, FieldInit};

/// Whether evaluating `expr` may change memory that another expression reads.
pub(crate) fn may_write(ast: &Ast, expr: ExprId) -> bool {
    let mut stack = vec![expr];
    while let Some(expr) = stack.pop() {
        match &ast.exprs[expr].kind {
            ExprKind::Call(..)
            | ExprKind::Assign(..)
            | ExprKind::Step { .. }
            | ExprKind::Free(_) => return true,
            ExprKind::Unary(_, inner)
            | ExprKind::Member(inner, _)
            | ExprKind::Alloc(inner)
            | ExprKind::Cast(_, inner) => stack.push(*inner),
            ExprKind::Binary(_, a, b)
            | ExprKind::And(a, b)
            | ExprKind::Or(a, b)
            | ExprKind::Index(a, b) => stack.extend([*a, *b]),
            ExprKind::ArrayLit(items) => stack.extend(items),
            ExprKind::StructLit(_, entries) => stack.extend(entries.iter().map(|entry| {
                let (FieldInit::Field(_, value) | FieldInit::Spread(value)) = entry;
                *value
            })),
            ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Char(_)
            | ExprKind::Str(_)
            | ExprKind::Bool(_)
            | ExprKind::Path(_)
            | ExprKind::Sizeof(_)
            | ExprKind::Error => {}
        }
    }
    false
}
