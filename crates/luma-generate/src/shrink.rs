//! Smaller programs that are still of interest.

use crate::tree::{Expr, Function, Kind, Piece, Program, Stmt, Ty};

/// The smallest program found by at most `calls` calls of `accepts` on smaller and smaller ones; a
/// program it has accepted, or `program` itself. Candidates may be ill-formed: they may use variables
/// that are not declared or not end.
pub fn shrink(
    program: &Program,
    calls: usize,
    accepts: &mut dyn FnMut(&Program) -> bool,
) -> Program {
    let mut s = Shrinker { best: program.clone(), calls, accepts };
    loop {
        let mut changed = s.statements();
        changed |= s.nested();
        changed |= s.expressions();
        if !changed || s.calls == 0 {
            return s.best;
        }
    }
}

struct Shrinker<'a> {
    best: Program,
    calls: usize,
    accepts: &'a mut dyn FnMut(&Program) -> bool,
}

impl Shrinker<'_> {
    /// Takes what `change` makes of the program if it is accepted. None where it makes nothing.
    fn attempt(&mut self, change: impl FnOnce(&mut Program) -> Option<()>) -> Option<bool> {
        let mut candidate = self.best.clone();
        change(&mut candidate)?;
        if self.calls == 0 || candidate == self.best {
            return Some(false);
        }
        self.calls -= 1;
        let accepted = (self.accepts)(&candidate);
        if accepted {
            self.best = candidate;
        }
        Some(accepted)
    }

    /// Removes statements: many at once, then fewer.
    fn statements(&mut self) -> bool {
        let mut changed = false;
        for size in [16, 4, 1] {
            // From the end, for what comes last is not used by anything.
            for block in (0..count_blocks(&self.best)).rev() {
                let mut end = block_length(&mut self.best, block);
                while end > 0 {
                    let start = end.saturating_sub(size);
                    let removed = self.attempt(|p| {
                        let body = nth_block(p, block)?;
                        let end = end.min(body.len());
                        // Functions must return.
                        let keeps = matches!(body.last(), Some(Stmt::Return(Some(_))));
                        let end = if keeps && end == body.len() { end - 1 } else { end };
                        (start < end).then(|| drop(body.drain(start..end)))
                    });
                    changed |= removed == Some(true);
                    end = start;
                }
            }
        }
        changed
    }

    /// Puts what a statement consists of in its place.
    fn nested(&mut self) -> bool {
        let mut changed = false;
        let mut block = 0;
        while block < count_blocks(&self.best) {
            let mut at = 0;
            while at < block_length(&mut self.best, block) {
                for way in 0.. {
                    let replaced = self.attempt(|p| {
                        let body = nth_block(p, block)?;
                        if let Stmt::Output(pieces) = body.get_mut(at)? {
                            let mut values = pieces.iter().filter(|p| matches!(p, Piece::Value(_)));
                            let kept = values.nth(way).filter(|_| pieces.len() > 1)?.clone();
                            *pieces = vec![kept];
                            return Some(());
                        }
                        let inner = (*body.get(at)?.blocks().get(way)?).clone();
                        let plain =
                            !inner.iter().any(|s| matches!(s, Stmt::Let(..) | Stmt::Defer(_)));
                        if plain {
                            body.splice(at..=at, inner);
                        } else {
                            body[at] = Stmt::Block(inner);
                        }
                        Some(())
                    });
                    match replaced {
                        None => break,
                        Some(accepted) => changed |= accepted,
                    }
                }
                at += 1;
            }
            block += 1;
        }
        changed
    }

    /// Replaces expressions by their operands or by literals.
    fn expressions(&mut self) -> bool {
        let mut changed = false;
        let mut at = 0;
        while at < count_exprs(&self.best) {
            let mut way = 0;
            loop {
                let replaced = self.attempt(|p| {
                    let e = nth_expr(p, at)?;
                    let simpler = simpler(e).into_iter().nth(way)?;
                    *e = simpler;
                    Some(())
                });
                match replaced {
                    None => break,
                    Some(true) => {
                        changed = true;
                        way = 0;
                    }
                    Some(false) => way += 1,
                }
            }
            at += 1;
        }
        changed
    }
}

/// What could stand in place of `e`, the simplest first.
fn simpler(e: &Expr) -> Vec<Expr> {
    let literals: &[Kind] = match e.ty {
        Ty::Int => &[Kind::Int(0), Kind::Int(1)],
        Ty::Bool => &[Kind::Bool(false), Kind::Bool(true)],
        Ty::Double => &[Kind::Float(0.0), Kind::Float(1.0)],
        Ty::Enum(_) => &[Kind::Member(0)],
        Ty::Byte => &[Kind::Char(b' ')],
        _ => &[],
    };
    let mut found = Vec::new();
    // Literals stay as they are, so that this ends.
    let is_literal = matches!(
        e.kind,
        Kind::Int(_) | Kind::Bool(_) | Kind::Float(_) | Kind::Member(_) | Kind::Char(_)
    );
    if !is_literal {
        found.extend(literals.iter().map(|kind| Expr { ty: e.ty.clone(), kind: kind.clone() }));
    }
    found.extend(e.operands().into_iter().filter(|operand| operand.ty == e.ty).cloned());
    if let Kind::Struct(_, Some((_, source))) = &e.kind {
        found.push((**source).clone());
    }
    if let Kind::Call(index, args) = &e.kind {
        for at in 0..args.len() {
            for simple in simpler(&args[at]).into_iter().take(1) {
                let mut args = args.clone();
                args[at] = simple;
                found.push(Expr { ty: e.ty.clone(), kind: Kind::Call(*index, args) });
            }
        }
    }
    found
}

fn bodies(program: &mut Program) -> impl Iterator<Item = &mut Vec<Stmt>> {
    program.functions.iter_mut().rev().map(|f: &mut Function| &mut f.body)
}

fn count_blocks(program: &Program) -> usize {
    fn count(body: &[Stmt]) -> usize {
        1 + body.iter().flat_map(Stmt::blocks).map(|body| count(body)).sum::<usize>()
    }
    program.functions.iter().map(|f| count(&f.body)).sum()
}

fn nth_block(program: &mut Program, mut wanted: usize) -> Option<&mut Vec<Stmt>> {
    bodies(program).find_map(|body| block_in(body, &mut wanted))
}

/// The list of statements that `left` others come before, counting it down.
fn block_in<'b>(body: &'b mut Vec<Stmt>, left: &mut usize) -> Option<&'b mut Vec<Stmt>> {
    if *left == 0 {
        return Some(body);
    }
    *left -= 1;
    body.iter_mut().flat_map(Stmt::blocks_mut).find_map(|inner| block_in(inner, left))
}

fn block_length(program: &mut Program, block: usize) -> usize {
    nth_block(program, block).map_or(0, |body| body.len())
}

fn count_exprs(program: &Program) -> usize {
    program.functions.iter().map(|f| block_size(&f.body)).sum()
}

fn nth_expr(program: &mut Program, mut wanted: usize) -> Option<&mut Expr> {
    fn in_expr<'e>(e: &'e mut Expr, left: &mut usize) -> Option<&'e mut Expr> {
        if *left == 0 {
            return Some(e);
        }
        *left -= 1;
        e.operands_mut().into_iter().find_map(|operand| in_expr(operand, left))
    }
    fn in_block<'e>(body: &'e mut [Stmt], left: &mut usize) -> Option<&'e mut Expr> {
        for stmt in body {
            // Either the expression is in the statement itself or in what is nested in it.
            let own: usize = stmt.exprs().into_iter().map(size).sum();
            if *left < own {
                return stmt.exprs_mut().into_iter().find_map(|e| in_expr(e, left));
            }
            *left -= own;
            let nested: usize = stmt.blocks().into_iter().map(|body| block_size(body)).sum();
            if *left < nested {
                return stmt.blocks_mut().into_iter().find_map(|body| in_block(body, left));
            }
            *left -= nested;
        }
        None
    }
    bodies(program).find_map(|body| in_block(body, &mut wanted))
}

/// How many expressions `e` is, itself included.
fn size(e: &Expr) -> usize {
    1 + e.operands().into_iter().map(size).sum::<usize>()
}

fn block_size(body: &[Stmt]) -> usize {
    let own = body.iter().flat_map(Stmt::exprs).map(size).sum::<usize>();
    own + body.iter().flat_map(Stmt::blocks).map(|body| block_size(body)).sum::<usize>()
}
