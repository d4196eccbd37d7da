//! Statements.

use super::place::Use;
use super::{Gen, Var};
use crate::tree::{Binary, Expr, Kind, Piece, Stmt, Ty};

impl Gen<'_> {
    /// About `count` statements; stops after one that leaves.
    pub(super) fn statements(&mut self, count: usize, out: &mut Vec<Stmt>) {
        for _ in 0..count {
            if !self.pay(1) {
                return;
            }
            self.statement(out);
            if matches!(out.last(), Some(Stmt::Return(_) | Stmt::Break | Stmt::Continue)) {
                return;
            }
        }
    }

    /// The statements of a scope of their own.
    fn scope(&mut self, count: usize) -> Vec<Stmt> {
        let before = self.vars.len();
        self.depth += 1;
        let mut body = Vec::new();
        self.statements(count, &mut body);
        self.depth -= 1;
        self.vars.truncate(before);
        body
    }

    fn some_statements(&mut self) -> Vec<Stmt> {
        let count = 1 + self.c.below(2);
        self.scope(count)
    }

    fn statement(&mut self, out: &mut Vec<Stmt>) {
        let nested = self.depth < 5;
        match self.c.below(32) {
            0..7 => self.variable(out),
            7..12 => self.assign(out),
            12..14 => self.step(out),
            14..16 => self.call_statement(out),
            16..18 => self.print(out),
            18..21 if nested => self.branch(out),
            21..24 if nested => self.repeat(out),
            24 | 25 if nested => self.switch(out),
            26 if nested => {
                let body = self.some_statements();
                out.push(Stmt::Block(body));
            }
            27 | 28 if nested && !self.deferred => self.defer(out),
            29 if !self.deferred => self.leave(out),
            30 => self.overlap(out),
            31 => self.heap(out),
            _ => self.assign(out),
        }
    }

    /// A name for a new variable, sometimes that of one of an outer scope.
    fn name(&mut self) -> String {
        let outer: Vec<String> = self
            .visible()
            .into_iter()
            .filter(|var| var.depth < self.depth && var.name.starts_with('v'))
            .map(|var| var.name)
            .filter(|name| !self.vars.iter().any(|v| v.depth == self.depth && v.name == *name))
            .collect();
        if self.c.chance(15)
            && let Some(name) = self.c.pick(&outer)
        {
            return name;
        }
        self.fresh('v')
    }

    fn variable(&mut self, out: &mut Vec<Stmt>) {
        let mut ty = self.ty();
        if self.c.chance(15) {
            let scope = self.depth;
            if let Some(value) = self.pointer(&ty, (scope, usize::MAX), 2) {
                ty = ty.ptr();
                let name = self.fresh('q');
                self.declare(&name, &ty);
                out.push(Stmt::Let(name, ty, value));
                return;
            }
        }
        let value = self.value(&ty, 2);
        let name = self.name();
        self.declare(&name, &ty);
        out.push(Stmt::Let(name, ty, value));
    }

    fn assign(&mut self, out: &mut Vec<Stmt>) {
        let pointers: Vec<Var> = self
            .visible()
            .into_iter()
            .filter(|var| var.writable && matches!(var.ty, Ty::Ptr(_)))
            .collect();
        if self.c.chance(10)
            && let Some(var) = self.c.pick(&pointers)
            && let Ty::Ptr(pointee) = &var.ty
        {
            if let Some(value) = self.pointer(pointee, (var.depth, var.born), 2) {
                out.push(Stmt::Expr(Expr::local(&var.name, var.ty.clone()).assign(value)));
            }
            return;
        }
        let ty = self.ty();
        if let Some(place) = self.place(&ty, Use::Write, 2) {
            let value = self.value(&ty, 2);
            out.push(Stmt::Expr(place.assign(value)));
        }
    }

    fn step(&mut self, out: &mut Vec<Stmt>) {
        let ty = self.c.of([&Ty::Int, &Ty::Int, &Ty::Byte, &Ty::Double]).clone();
        if let Some(place) = self.place(&ty, Use::Write, 2) {
            let (up, prefix) = (self.c.chance(50), self.c.chance(50));
            out.push(Stmt::Expr(Expr {
                ty,
                kind: Kind::Step { up, prefix, place: Box::new(place) },
            }));
        }
    }

    fn call_statement(&mut self, out: &mut Vec<Stmt>) {
        let results: Vec<Ty> = self.program.functions.iter().map(|f| f.result.clone()).collect();
        if let Some(ty) = self.c.pick(&results)
            && let Some(call) = self.call(&ty, 3)
        {
            out.push(Stmt::Expr(call));
        }
    }

    fn print(&mut self, out: &mut Vec<Stmt>) {
        self.names += 1;
        let mut pieces = vec![Piece::Text(format!("{}:", self.names))];
        for _ in 0..1 + self.c.below(3) {
            let ty = self.scalar();
            pieces.push(Piece::Text(" ".into()));
            let value = self.expr(&ty, 2);
            pieces.push(Piece::Value(value));
        }
        out.push(Stmt::Output(pieces));
    }

    fn branch(&mut self, out: &mut Vec<Stmt>) {
        let condition = self.expr(&Ty::Bool, 2);
        let then = self.some_statements();
        let otherwise = match self.c.below(4) {
            0 | 1 => Vec::new(),
            2 => self.some_statements(),
            _ => {
                let condition = self.expr(&Ty::Bool, 2);
                let (then, otherwise) = (self.some_statements(), self.some_statements());
                vec![Stmt::If(condition, then, otherwise)]
            }
        };
        out.push(Stmt::If(condition, then, otherwise));
    }

    fn switch(&mut self, out: &mut Vec<Stmt>) {
        let ty = match (self.c.below(4), self.program.enums.len()) {
            (0, _) => Ty::Byte,
            (1 | 2, count) if count > 0 => Ty::Enum(self.c.below(count)),
            _ => Ty::Int,
        };
        let (subject, mut labels) = match &ty {
            Ty::Enum(index) => {
                let members = 0..self.program.enums[*index];
                let labels = members.map(|m| Expr { ty: ty.clone(), kind: Kind::Member(m) });
                let labels: Vec<Expr> = labels.collect();
                (self.expr(&ty, 2), labels)
            }
            Ty::Byte => {
                let subject = self.expr(&ty, 2);
                let labels = b"aZ09 ~".map(|c| Expr { ty: Ty::Byte, kind: Kind::Char(c) });
                (subject, labels.to_vec())
            }
            _ => {
                let e = self.expr(&ty, 2);
                let subject = if self.c.chance(80) { self.reduced(e, 5) } else { e };
                (subject, (-1..6).map(Expr::int).collect())
            }
        };
        let is_enum = matches!(ty, Ty::Enum(_));
        self.c.shuffle(&mut labels);
        let mut default = self.c.chance(60);
        if is_enum && default {
            // All members and a default are an error, as are neither.
            labels.truncate(labels.len() - 1);
            default = true;
        } else if !is_enum {
            labels.truncate(1 + self.c.below(5));
        }
        let mut arms: Vec<(Vec<Expr>, Vec<Stmt>)> = Vec::new();
        for label in labels {
            match arms.last_mut() {
                Some((labels, _)) if self.c.chance(30) => labels.push(label),
                _ => arms.push((vec![label], self.some_statements())),
            }
        }
        let default = default.then(|| self.some_statements());
        if !arms.is_empty() || default.is_some() {
            out.push(Stmt::Switch(subject, arms, default));
        }
    }

    fn repeat(&mut self, out: &mut Vec<Stmt>) {
        let times = 1 + self.c.below(4);
        let counter = self.fresh('i');
        let before = (self.vars.len(), self.times);
        if self.cost + self.times * times as u64 * 2 > self.limit {
            return;
        }
        self.times *= times as u64 + 1;
        self.depth += 1;
        self.vars.push(Var {
            name: counter.clone(),
            ty: Ty::Int,
            depth: self.depth,
            writable: false,
            below: None,
            length: None,
            born: self.names,
        });
        let local = || Expr::local(&counter, Ty::Int);
        let bound = Expr::int(times as i64);
        let mut condition = Expr::binary(Binary::Lt, local(), bound.clone(), Ty::Bool);
        if self.c.chance(20) {
            let other = self.expr(&Ty::Bool, 2);
            let kind = Kind::Logic(true, Box::new(condition), Box::new(other));
            condition = Expr { ty: Ty::Bool, kind };
        }
        let post = match self.c.below(3) {
            0 => {
                let sum = Expr::binary(Binary::Add, local(), Expr::int(1), Ty::Int);
                local().assign(sum)
            }
            n => {
                let place = Box::new(local());
                Expr { ty: Ty::Int, kind: Kind::Step { up: true, prefix: n == 1, place } }
            }
        };
        // In the body it is at least 0 and less than `times`.
        if let Some(var) = self.vars.last_mut() {
            var.below = Some(times);
        }
        let count = 1 + self.c.below(3);
        self.loops.push(self.depth);
        let form = self.c.below(4);
        if form == 3 {
            // Endless, left by `break`; afterwards the counter may be as large as `times`.
            if let Some(var) = self.vars.last_mut() {
                var.below = Some(times + 1);
            }
        }
        let mut body = self.scope(count);
        self.loops.pop();
        self.depth -= 1;
        (self.times) = before.1;
        self.vars.truncate(before.0);
        let zero = Expr::int(0);
        match form {
            0 | 1 => {
                let mut init = vec![(counter.clone(), Ty::Int, zero)];
                if form == 1 {
                    let other = self.fresh('j');
                    init.push((other, Ty::Int, Expr::int(times as i64)));
                }
                let (condition, post) = (Some(condition), Some(post));
                out.push(Stmt::Loop { init, condition, post, body });
            }
            2 => {
                let (condition, post) = (Some(condition), Some(post));
                let repeat = Stmt::Loop { init: Vec::new(), condition, post, body };
                out.push(Stmt::Block(vec![Stmt::Let(counter, Ty::Int, zero), repeat]));
            }
            _ => {
                let done = Expr::binary(Binary::Ge, local(), bound, Ty::Bool);
                body.insert(0, Stmt::If(done, vec![Stmt::Break], Vec::new()));
                body.insert(1, Stmt::Expr(post));
                let repeat = Stmt::Loop { init: Vec::new(), condition: None, post: None, body };
                out.push(Stmt::Block(vec![Stmt::Let(counter, Ty::Int, zero), repeat]));
            }
        }
    }

    fn defer(&mut self, out: &mut Vec<Stmt>) {
        let loops = std::mem::take(&mut self.loops);
        let itself = self.itself.take();
        self.deferred = true;
        let count = 1 + self.c.below(2);
        let body = self.scope(count);
        self.deferred = false;
        self.itself = itself;
        self.loops = loops;
        if !body.is_empty() {
            out.push(Stmt::Defer(body));
        }
    }

    /// `return`, `break` or `continue` under a condition.
    fn leave(&mut self, out: &mut Vec<Stmt>) {
        let condition = self.expr(&Ty::Bool, 2);
        let way = match self.c.below(3) {
            0 if !self.loops.is_empty() => Stmt::Break,
            1 if !self.loops.is_empty() => Stmt::Continue,
            _ if self.result == Ty::Void => Stmt::Return(None),
            _ => {
                let ty = self.result.clone();
                let value = self.value(&ty, 2);
                Stmt::Return(Some(value))
            }
        };
        out.push(Stmt::If(condition, vec![way], Vec::new()));
    }

    /// Copies a part of an array over another part, which may overlap it.
    fn overlap(&mut self, out: &mut Vec<Stmt>) {
        let element = self.c.of([&Ty::Int, &Ty::Byte, &Ty::Double]).clone();
        let length = self.c.of([3, 4, 5]);
        let array = Ty::Array(Box::new(element.clone()), length);
        let Some(place) = self.place(&array, Use::Write, 0) else { return };
        let part = Ty::Array(Box::new(element.clone()), length - 1);
        let mut view = || {
            let index = Box::new(Expr::int(self.c.below(2) as i64));
            let first =
                Expr { ty: element.clone(), kind: Kind::Index(Box::new(place.clone()), index) };
            let pointer = Expr { ty: element.clone().ptr(), kind: Kind::AddrOf(Box::new(first)) };
            let kind = Kind::Deref(Box::new(pointer.cast(part.clone().ptr())));
            Expr { ty: part.clone(), kind }
        };
        let (to, from) = (view(), view());
        out.push(Stmt::Expr(to.assign(from)));
    }

    /// A heap object that is freed where the scope ends.
    fn heap(&mut self, out: &mut Vec<Stmt>) {
        let element = self.ty();
        let length = 1 + self.c.below(4);
        if !self.pay(3 * length as u64) {
            return;
        }
        let (name, counter) = (self.fresh('h'), self.fresh('i'));
        let ty = element.clone().ptr();
        out.push(Stmt::Let(
            name.clone(),
            ty.clone(),
            Expr { ty: ty.clone(), kind: Kind::Alloc(length) },
        ));
        out.push(Stmt::Defer(vec![Stmt::Free(Expr::local(&name, ty.clone()))]));
        let value = self.pure(&element, 2);
        let index = Box::new(Expr::local(&counter, Ty::Int));
        let kind = Kind::Index(Box::new(Expr::local(&name, ty.clone())), index);
        let target = Expr { ty: element, kind };
        let condition = Expr::binary(
            Binary::Lt,
            Expr::local(&counter, Ty::Int),
            Expr::int(length as i64),
            Ty::Bool,
        );
        let place = Box::new(Expr::local(&counter, Ty::Int));
        let post = Expr { ty: Ty::Int, kind: Kind::Step { up: true, prefix: true, place } };
        out.push(Stmt::Loop {
            init: vec![(counter, Ty::Int, Expr::int(0))],
            condition: Some(condition),
            post: Some(post),
            body: vec![Stmt::Expr(target.assign(value))],
        });
        self.vars.push(Var {
            name,
            ty,
            depth: self.depth,
            writable: false,
            below: None,
            length: Some(length),
            born: self.names,
        });
    }
}
