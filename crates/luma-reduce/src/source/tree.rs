//! Changes along the syntax tree: what is whole in the tree goes as a whole, and what is inside
//! takes its place.

use std::ops::Range;

use la_arena::ArenaMap;
use luma_diagnostics::Span;
use luma_syntax::ast::{
    Ast, Block, Body, Expr, ExprId, ExprKind, FieldInit, ItemKind, StmtId, StmtKind,
};

use super::{Edit, FILE, Source, sweep as edits};
use crate::search::Search;

/// Bodies of one statement that are tried in its place: of a switch with more, arms go first.
const MOST_BODIES: usize = 4;
/// Operands of one expression that are tried in its place.
const MOST_OPERANDS: usize = 3;

/// All sweeps of this file.
pub(super) fn sweep(search: &mut Search<'_, Source>) {
    edits(search, |text| {
        let ast = parse(text);
        ast.items.iter().map(|(_, item)| Edit::new(range(item.span), "")).collect()
    });
    let mut level = 0;
    while level <= statement_levels(&search.current.text) && !search.is_exhausted() {
        edits(search, |text| statements(text, level, |_, _| Some(String::new())));
        for body in (0..MOST_BODIES).rev() {
            edits(search, |text| {
                statements(text, level, |ast, stmt| inside(text, ast, stmt, body))
            });
        }
        level += 1;
    }
    edits(search, parts);
    edits(search, |text| elements(&parse(text)));
    parameters(search);
    let mut level = 0;
    while level <= expression_levels(&search.current.text) && !search.is_exhausted() {
        for with in ["0", "1", "true", "false", "cast<*int>(0)"] {
            edits(search, |text| expressions(text, level, |_, _| Some(with.to_owned())));
        }
        for operand in 0..MOST_OPERANDS {
            edits(search, |text| {
                expressions(text, level, |ast, expr| {
                    hoisted(text, ast, *operands(expr).get(operand)?)
                })
            });
        }
        level += 1;
    }
    edits(search, |text| {
        parse(text).types.iter().map(|(_, ty)| Edit::new(range(ty.span), "int")).collect()
    });
}

fn parse(text: &str) -> Ast {
    luma_syntax::parse(FILE, text).ast
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// Statements of a level, each with what takes its place.
fn statements(
    text: &str,
    level: usize,
    with: impl Fn(&Ast, &StmtKind) -> Option<String>,
) -> Vec<Edit> {
    let ast = parse(text);
    let levels = levels_of_statements(&ast);
    let unbraced = unbraced(&ast);
    let mut found = Vec::new();
    for (id, stmt) in ast.stmts.iter().filter(|(id, _)| levels.get(*id) == Some(&level)) {
        let Some(mut with) = with(&ast, &stmt.kind) else { continue };
        if unbraced.get(id).is_some() {
            with = format!("{{{with}}}");
        }
        found.push(Edit::new(range(stmt.span), with));
    }
    found.sort_by_key(|edit| edit.range.start);
    found
}

/// The blocks directly in a statement.
fn blocks(stmt: &StmtKind) -> Vec<&Block> {
    match stmt {
        StmtKind::Block(block) | StmtKind::Defer(block) => vec![block],
        StmtKind::Loop(l) => vec![&l.body],
        StmtKind::If { arms, otherwise } => {
            arms.iter().map(|(_, block)| block).chain(otherwise).collect()
        }
        StmtKind::Switch { arms, .. } => arms.iter().map(|arm| &arm.body).collect(),
        _ => Vec::new(),
    }
}

/// What stands in a block of a statement.
fn inside(text: &str, ast: &Ast, stmt: &StmtKind, block: usize) -> Option<String> {
    let block = *blocks(stmt).get(block)?;
    let (Some(&first), Some(&last)) = (block.stmts.first(), block.stmts.last()) else {
        return Some(String::new());
    };
    let all = range(ast.stmts[first].span.to(ast.stmts[last].span));
    text.get(all).map(str::to_owned)
}

/// How many statements are around each. Parents stand behind their children in the arena.
fn levels_of_statements(ast: &Ast) -> ArenaMap<StmtId, usize> {
    let mut levels: ArenaMap<StmtId, usize> = ArenaMap::default();
    for (id, stmt) in ast.stmts.iter().rev() {
        let level = *levels.entry(id).or_insert(0);
        for block in blocks(&stmt.kind) {
            for &child in &block.stmts {
                levels.insert(child, level + 1);
            }
        }
    }
    levels
}

fn statement_levels(text: &str) -> usize {
    let ast = parse(text);
    levels_of_statements(&ast).values().copied().max().unwrap_or(0)
}

/// Statements that are a body without braces.
fn unbraced(ast: &Ast) -> ArenaMap<StmtId, ()> {
    let mut found = ArenaMap::default();
    let mut note = |block: &Block| {
        if let [one] = block.stmts.as_slice()
            && ast.stmts[*one].span == block.span
        {
            found.insert(*one, ());
        }
    };
    for (_, stmt) in ast.stmts.iter() {
        blocks(&stmt.kind).into_iter().for_each(&mut note);
    }
    found
}

/// Arms, initial values, returned values, attributes, `pub` and the like.
fn parts(text: &str) -> Vec<Edit> {
    let ast = parse(text);
    let mut found = Vec::new();
    for (_, stmt) in ast.stmts.iter() {
        let end = stmt.span.end as usize;
        match &stmt.kind {
            StmtKind::If { arms, otherwise } => {
                let rest = arms.iter().skip(1).map(|(_, block)| block).chain(otherwise);
                let mut from = arms.first().map_or(end, |(_, block)| block.span.end as usize);
                for block in rest {
                    found.push(Edit::new(from..block.span.end as usize, ""));
                    from = block.span.end as usize;
                }
            }
            StmtKind::Switch { arms, .. } => {
                found.extend(arms.iter().map(|arm| Edit::new(range(arm.span), "")));
            }
            StmtKind::Let { local, init: Some(_) } => {
                let from = ast.types[ast.locals[*local].ty].span.end as usize;
                found.push(Edit::new(from..end, ";"));
            }
            StmtKind::Return(Some(_)) => found.push(Edit::new(range(stmt.span), "return;")),
            StmtKind::Loop(l) => {
                let head = stmt.span.start as usize..l.body.span.start as usize;
                found.push(Edit::new(head, "loop "));
            }
            _ => {}
        }
    }
    for (_, item) in ast.items.iter() {
        match &item.kind {
            ItemKind::Function(function) => {
                let attributes = &function.attributes;
                let takes = attributes.takes_ownership.as_ref().map(|(_, span)| *span);
                let spans = attributes.returns_ownership.into_iter().chain(takes);
                found.extend(spans.map(|span| Edit::new(range(span), "")));
                if let Some(Body::Expr(_)) = function.body {
                    let from = ast.types[function.result].span.end as usize;
                    found.push(Edit::new(from..item.span.end as usize, " {}"));
                }
            }
            ItemKind::Global(global) if global.init.is_some() => {
                let from = ast.types[global.ty].span.end as usize;
                found.push(Edit::new(from..item.span.end as usize, ";"));
            }
            _ => {}
        }
    }
    if let Some((_, span)) = &ast.module_name {
        found.push(Edit::new(range(*span), ""));
    }
    found.sort_by_key(|edit| edit.range.start);
    found
}

/// Elements of lists, each with the separator after it, or before it if it is the last.
fn elements(ast: &Ast) -> Vec<Edit> {
    let mut lists: Vec<Vec<Span>> = Vec::new();
    for (_, item) in ast.items.iter() {
        match &item.kind {
            ItemKind::Struct(s) => {
                lists.push(s.fields.iter().map(|f| f.name.span.to(ast.types[f.ty].span)).collect())
            }
            ItemKind::Enum(e) => lists.push(e.members.iter().map(|name| name.span).collect()),
            _ => {}
        }
    }
    let spans = |list: &[ExprId]| list.iter().map(|&id| ast.exprs[id].span).collect::<Vec<_>>();
    for (_, stmt) in ast.stmts.iter() {
        match &stmt.kind {
            StmtKind::Output { args, .. } => lists.push(spans(args)),
            StmtKind::Switch { arms, .. } => {
                lists.extend(arms.iter().map(|arm| spans(&arm.labels)));
            }
            _ => {}
        }
    }
    for (_, expr) in ast.exprs.iter() {
        match &expr.kind {
            ExprKind::ArrayLit(list) | ExprKind::Call(_, list) => lists.push(spans(list)),
            ExprKind::StructLit(_, inits) => lists.push(
                (inits.iter())
                    .filter_map(|init| match init {
                        FieldInit::Field(name, value) => Some(name.span.to(ast.exprs[*value].span)),
                        FieldInit::Spread(_) => None,
                    })
                    .collect(),
            ),
            _ => {}
        }
    }
    let mut found: Vec<Edit> = lists.iter().flat_map(|list| without_each(list)).collect();
    found.sort_by_key(|edit| edit.range.start);
    found
}

fn without_each(list: &[Span]) -> Vec<Edit> {
    let mut found = Vec::new();
    for (index, span) in list.iter().enumerate() {
        let whole = match (list.get(index + 1), index.checked_sub(1).and_then(|i| list.get(i))) {
            (Some(next), _) => span.start as usize..next.start as usize,
            (None, Some(previous)) => previous.end as usize..span.end as usize,
            (None, None) => range(*span),
        };
        found.push(Edit::new(whole, ""));
    }
    found
}

/// Parameters go together with what calls pass for them.
fn parameters(search: &mut Search<'_, Source>) {
    search.sweep(
        |source: &Source| {
            let ast = parse(&source.text);
            let mut targets = Vec::new();
            for (_, item) in ast.items.iter() {
                if let ItemKind::Function(f) = &item.kind {
                    targets.extend((0..f.params.len()).map(|i| (f.name.text.clone(), i)));
                }
            }
            targets
        },
        |source, some| {
            let ast = parse(&source.text);
            let mut found: Vec<Edit> = Vec::new();
            let mut without = |name: &str, list: &[Span]| {
                // Next to each other they share separators, so each is made by itself.
                let edits = without_each(list).into_iter().enumerate();
                let gone = |index: usize| some.iter().any(|(n, i)| n == name && *i == index);
                if (0..list.len()).all(gone) {
                    let all = list.first().zip(list.last());
                    found.extend(all.map(|(a, b)| Edit::new(range(a.to(*b)), "")));
                } else {
                    found.extend(edits.filter(|(index, _)| gone(*index)).map(|(_, edit)| edit));
                }
            };
            for (_, item) in ast.items.iter() {
                if let ItemKind::Function(f) = &item.kind {
                    let span = |&id| {
                        let local: &luma_syntax::ast::LocalDecl = &ast.locals[id];
                        local.name.span.to(ast.types[local.ty].span)
                    };
                    without(&f.name.text, &f.params.iter().map(span).collect::<Vec<_>>());
                }
            }
            for (_, expr) in ast.exprs.iter() {
                if let ExprKind::Call(callee, args) = &expr.kind
                    && let ExprKind::Path(path) = &ast.exprs[*callee].kind
                    && let Some(name) = path.last()
                {
                    let spans: Vec<Span> = args.iter().map(|&id| ast.exprs[id].span).collect();
                    without(&name.text, &spans);
                }
            }
            source.edited(&found)
        },
    );
}

/// Expressions of a level, each with what takes its place.
fn expressions(
    text: &str,
    level: usize,
    with: impl Fn(&Ast, &Expr) -> Option<String>,
) -> Vec<Edit> {
    let ast = parse(text);
    let levels = levels_of_expressions(&ast);
    let mut found = Vec::new();
    for (_, expr) in ast.exprs.iter().filter(|(id, _)| levels.get(*id) == Some(&level)) {
        if let Some(with) = with(&ast, expr) {
            found.push(Edit::new(range(expr.span), with));
        }
    }
    found.sort_by_key(|edit| edit.range.start);
    found
}

/// The expressions directly in an expression.
fn operands(expr: &Expr) -> Vec<ExprId> {
    match &expr.kind {
        ExprKind::Unary(_, a)
        | ExprKind::Step { place: a, .. }
        | ExprKind::Member(a, _)
        | ExprKind::Alloc(a)
        | ExprKind::Free(a)
        | ExprKind::Cast(_, a) => vec![*a],
        ExprKind::Binary(_, a, b)
        | ExprKind::And(a, b)
        | ExprKind::Or(a, b)
        | ExprKind::Assign(a, b)
        | ExprKind::Index(a, b) => vec![*a, *b],
        ExprKind::Call(callee, args) => args.iter().chain([callee]).copied().collect(),
        ExprKind::ArrayLit(list) => list.clone(),
        ExprKind::StructLit(_, inits) => inits
            .iter()
            .map(|init| match init {
                FieldInit::Field(_, value) | FieldInit::Spread(value) => *value,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The text of an operand, so that it stands where the whole stood.
fn hoisted(text: &str, ast: &Ast, id: ExprId) -> Option<String> {
    let expr = &ast.exprs[id];
    let own = text.get(range(expr.span))?;
    let binds = matches!(
        expr.kind,
        ExprKind::Binary(..)
            | ExprKind::And(..)
            | ExprKind::Or(..)
            | ExprKind::Assign(..)
            | ExprKind::Unary(..)
    );
    // Needless parentheses go later.
    Some(if binds { format!("({own})") } else { own.to_owned() })
}

/// How many expressions are around each. Parents stand behind their children in the arena.
fn levels_of_expressions(ast: &Ast) -> ArenaMap<ExprId, usize> {
    let mut levels: ArenaMap<ExprId, usize> = ArenaMap::default();
    for (id, expr) in ast.exprs.iter().rev() {
        let level = *levels.entry(id).or_insert(0);
        for child in operands(expr) {
            levels.insert(child, level + 1);
        }
    }
    levels
}

fn expression_levels(text: &str) -> usize {
    let ast = parse(text);
    levels_of_expressions(&ast).values().copied().max().unwrap_or(0)
}
