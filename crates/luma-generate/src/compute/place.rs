//! Places: variables and what they consist of.

use super::{Gen, Var};
use crate::tree::{Binary, Expr, Kind, Ty};

/// One step from a place into it.
#[derive(Clone, Debug)]
enum Step {
    Field(usize, Ty),
    /// The element type, and how many elements there are.
    Index(Ty, usize),
    /// To what it points to.
    Deref(Ty),
}

/// What a place is wanted for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Use {
    /// To read it.
    Read,
    /// To change it.
    Write,
    /// For a pointer in a variable of this scope, which must not outlive the place. What is reached
    /// through pointers is so by ones declared before this number of names: what is deferred before a
    /// heap object is made runs after it is freed.
    Point(usize, usize),
}

impl Gen<'_> {
    /// A place of type `ty`, if there is one.
    pub(super) fn place(&mut self, ty: &Ty, what: Use, fuel: usize) -> Option<Expr> {
        let mut found: Vec<(Expr, Option<usize>, Vec<Step>)> = Vec::new();
        for Var { name, ty: own, depth, writable, length, born, .. } in self.visible() {
            if let Use::Point(scope, before) = what
                && (depth > scope || matches!(own, Ty::Ptr(_)) && born >= before)
            {
                continue;
            }
            let mut ways = Vec::new();
            self.ways(&own, ty, &mut Vec::new(), &mut ways);
            for way in ways {
                // What a pointer points to can be changed even where the pointer cannot.
                let through = way.iter().any(|step| matches!(step, Step::Deref(_)))
                    || (length.is_some() && !way.is_empty());
                if what == Use::Read || writable || through {
                    found.push((Expr::local(&name, own.clone()), length, way));
                }
            }
        }
        for (index, global) in self.program.globals.iter().enumerate() {
            if global.constant && what != Use::Read {
                continue;
            }
            let mut ways = Vec::new();
            self.ways(&global.ty, ty, &mut Vec::new(), &mut ways);
            for way in ways {
                let root = Expr { ty: global.ty.clone(), kind: Kind::Global(index) };
                found.push((root, None, way));
            }
        }
        let (mut e, length, steps) = self.c.pick(&found)?;
        for step in steps {
            e = match step {
                Step::Field(field, ty) => {
                    // `(*p).f` is also written `p.f`.
                    let base = match e.kind {
                        Kind::Deref(pointer) if self.c.chance(60) => *pointer,
                        kind => Expr { ty: e.ty, kind },
                    };
                    Expr { ty, kind: Kind::Field(Box::new(base), field) }
                }
                Step::Index(ty, length) => {
                    let index = self.index(length, fuel);
                    Expr { ty, kind: Kind::Index(Box::new(e), Box::new(index)) }
                }
                Step::Deref(ty) => match length {
                    Some(length) => {
                        let index = self.index(length, fuel);
                        Expr { ty, kind: Kind::Index(Box::new(e), Box::new(index)) }
                    }
                    None => Expr { ty, kind: Kind::Deref(Box::new(e)) },
                },
            };
        }
        Some(e)
    }

    /// The ways from a place of type `from` to places of type `to` in it.
    fn ways(&self, from: &Ty, to: &Ty, way: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
        if from == to {
            found.push(way.clone());
        }
        if way.len() >= 4 {
            return;
        }
        match from {
            Ty::Struct(index) => {
                for (field, ty) in self.program.structs[*index].iter().enumerate() {
                    way.push(Step::Field(field, ty.clone()));
                    self.ways(ty, to, way, found);
                    way.pop();
                }
            }
            Ty::Array(element, length) => {
                way.push(Step::Index((**element).clone(), *length));
                self.ways(element, to, way, found);
                way.pop();
            }
            Ty::Ptr(pointee) => {
                way.push(Step::Deref((**pointee).clone()));
                self.ways(pointee, to, way, found);
                way.pop();
            }
            _ => {}
        }
    }

    /// A number in `0..length`.
    pub(super) fn index(&mut self, length: usize, fuel: usize) -> Expr {
        let counters: Vec<String> = self
            .visible()
            .into_iter()
            .filter(|var| var.below.is_some_and(|below| below <= length))
            .map(|var| var.name)
            .collect();
        match self.c.below(8) {
            0..3 => {
                if let Some(name) = self.c.pick(&counters) {
                    return Expr::local(&name, Ty::Int);
                }
            }
            3..6 if fuel > 0 => {
                let e = self.expr(&Ty::Int, fuel - 1);
                return self.reduced(e, length);
            }
            _ => {}
        }
        Expr::int(self.c.below(length) as i64)
    }

    /// `e` brought into `0..length`.
    pub(super) fn reduced(&mut self, e: Expr, length: usize) -> Expr {
        if length.is_power_of_two() {
            return Expr::binary(Binary::And, e, Expr::int(length as i64 - 1), Ty::Int);
        }
        let low = Expr::binary(Binary::And, e, Expr::int(self.c.of([7, 15, 1023])), Ty::Int);
        Expr::binary(Binary::Rem, low, Expr::int(length as i64), Ty::Int)
    }

    /// A pointer to `pointee` for a variable of this scope and birth, if there is something to point
    /// to.
    pub(super) fn pointer(
        &mut self,
        pointee: &Ty,
        (scope, born): (usize, usize),
        fuel: usize,
    ) -> Option<Expr> {
        let ty = pointee.clone().ptr();
        let known: Vec<String> = self
            .visible()
            .into_iter()
            .filter(|var| var.ty == ty && var.depth <= scope && var.born < born)
            .map(|var| var.name)
            .collect();
        if self.c.chance(30)
            && let Some(name) = self.c.pick(&known)
        {
            return Some(Expr::local(&name, ty));
        }
        let place = self.place(pointee, Use::Point(scope, born), fuel)?;
        Some(Expr { ty, kind: Kind::AddrOf(Box::new(place)) })
    }
}
