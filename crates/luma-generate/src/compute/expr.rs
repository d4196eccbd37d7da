//! Expressions.

use super::Gen;
use super::place::Use;
use crate::tree::{Binary, Expr, Kind, Ty, Unary};

impl Gen<'_> {
    /// An expression for where a conversion to `ty` is implied.
    pub(super) fn value(&mut self, ty: &Ty, fuel: usize) -> Expr {
        let from = match ty {
            Ty::Float => Ty::Double,
            Ty::Double => Ty::Float,
            Ty::Enum(_) => Ty::Int,
            Ty::Int if !self.program.enums.is_empty() => {
                Ty::Enum(self.c.below(self.program.enums.len()))
            }
            _ => return self.expr(ty, fuel),
        };
        if self.c.chance(if *ty == Ty::Float { 50 } else { 10 }) {
            return self.expr(&from, fuel).implicit(ty);
        }
        self.expr(ty, fuel)
    }

    /// An expression of type `ty`, at most `fuel` deep but for literals.
    pub(super) fn expr(&mut self, ty: &Ty, fuel: usize) -> Expr {
        if let Ty::Ptr(pointee) = ty {
            // Callers make sure that there is one.
            let scope = self.depth;
            return self
                .pointer(pointee, (scope, usize::MAX), fuel)
                .unwrap_or_else(|| Expr::int(0));
        }
        if fuel == 0 {
            return self.leaf(ty, 0);
        }
        if self.c.chance(20) {
            return self.leaf(ty, fuel);
        }
        if self.effects
            && self.c.chance(25)
            && let Some(e) = self.effect(ty, fuel)
        {
            return e;
        }
        match ty {
            Ty::Int => self.int(fuel),
            Ty::Bool => self.bool(fuel),
            Ty::Byte => match self.c.below(3) {
                0 => {
                    let op = self.c.of([Unary::Neg, Unary::BitNot]);
                    self.unary(op, ty, fuel)
                }
                _ => {
                    let from = self.c.of([&Ty::Int, &Ty::Int, &Ty::Bool, &Ty::Double]);
                    self.expr(from, fuel - 1).cast(Ty::Byte)
                }
            },
            Ty::Float | Ty::Double => self.floating(ty, fuel),
            Ty::Enum(_) => match self.c.below(3) {
                0 => {
                    let e = self.expr(&Ty::Int, fuel - 1);
                    self.reduced(e, 4).cast(ty.clone())
                }
                _ => self.leaf(ty, fuel),
            },
            _ => match self.c.below(3) {
                0 => self.compound(ty, fuel, false),
                _ => self.leaf(ty, fuel),
            },
        }
    }

    /// A place or a literal.
    fn leaf(&mut self, ty: &Ty, fuel: usize) -> Expr {
        if self.c.chance(75)
            && let Some(place) = self.place(ty, Use::Read, fuel)
        {
            return place;
        }
        match ty.is_aggregate() {
            true => self.compound(ty, fuel.min(1), false),
            false => self.literal(ty),
        }
    }

    fn unary(&mut self, op: Unary, ty: &Ty, fuel: usize) -> Expr {
        let operand = self.expr(ty, fuel - 1);
        Expr { ty: ty.clone(), kind: Kind::Unary(op, Box::new(operand)) }
    }

    fn int(&mut self, fuel: usize) -> Expr {
        let ints = |g: &mut Self| if g.c.chance(80) { Ty::Int } else { Ty::Byte };
        match self.c.below(16) {
            0..6 => {
                let op = self.c.of([Binary::Add, Binary::Sub, Binary::Mul]);
                let (a, b) = (ints(self), ints(self));
                let (a, b) = (self.expr(&a, fuel - 1), self.expr(&b, fuel - 1));
                Expr::binary(op, a, b, Ty::Int)
            }
            6..9 => {
                let op =
                    self.c.of([Binary::And, Binary::Or, Binary::Xor, Binary::Shl, Binary::Shr]);
                let (a, b) = (ints(self), ints(self));
                let (a, b) = (self.expr(&a, fuel - 1), self.expr(&b, fuel - 1));
                Expr::binary(op, a, b, Ty::Int)
            }
            9 | 10 => self.division(fuel),
            11 => {
                let op = self.c.of([Unary::Neg, Unary::BitNot]);
                self.unary(op, &Ty::Int, fuel)
            }
            12 => {
                let from = match self.c.below(6) {
                    0 => Ty::Bool,
                    1 => Ty::Double,
                    2 => Ty::Float,
                    3 if !self.program.enums.is_empty() => {
                        Ty::Enum(self.c.below(self.program.enums.len()))
                    }
                    _ => Ty::Byte,
                };
                self.expr(&from, fuel - 1).cast(Ty::Int)
            }
            13 => {
                let of = self.ty();
                Expr { ty: Ty::Int, kind: Kind::Sizeof(of) }
            }
            14 => self.part_of_value(fuel).unwrap_or_else(|| self.leaf(&Ty::Int, fuel)),
            15 => self.bytes_of(fuel).unwrap_or_else(|| self.leaf(&Ty::Int, fuel)),
            _ => self.leaf(&Ty::Int, fuel),
        }
    }

    /// A division that cannot trap.
    fn division(&mut self, fuel: usize) -> Expr {
        let op = self.c.of([Binary::Div, Binary::Rem]);
        let a = self.expr(&Ty::Int, fuel - 1);
        let b = match self.c.below(3) {
            0 => Expr::int(self.c.of([1, 2, 3, 7, 8, 10, 64, 1000, -2, -3, -16, i64::MAX])),
            1 => {
                let e = self.expr(&Ty::Int, fuel - 1);
                let low = Expr::binary(Binary::And, e, Expr::int(self.c.of([1, 15, 255])), Ty::Int);
                Expr::binary(Binary::Add, low, Expr::int(1), Ty::Int)
            }
            _ => {
                // Less than -1.
                let e = self.expr(&Ty::Int, fuel - 1);
                let low = Expr::binary(Binary::And, e, Expr::int(7), Ty::Int);
                Expr::binary(Binary::Sub, low, Expr::int(20), Ty::Int)
            }
        };
        Expr::binary(op, a, b, Ty::Int)
    }

    /// A field or element of a value that is no place: `f().x`.
    fn part_of_value(&mut self, fuel: usize) -> Option<Expr> {
        let mut results: Vec<Ty> =
            self.program.functions.iter().map(|f| f.result.clone()).collect();
        results.retain(|ty| match ty {
            Ty::Struct(index) => self.program.structs[*index].contains(&Ty::Int),
            Ty::Array(element, _) => **element == Ty::Int,
            _ => false,
        });
        let ty = self.c.pick(&results)?;
        let value = Box::new(self.call(&ty, fuel)?);
        let kind = match &ty {
            Ty::Struct(index) => {
                let fields = &self.program.structs[*index];
                Kind::Field(value, fields.iter().position(|ty| *ty == Ty::Int)?)
            }
            Ty::Array(_, length) => {
                let index = self.index(*length, fuel - 1);
                Kind::Index(value, Box::new(index))
            }
            _ => return None,
        };
        Some(Expr { ty: Ty::Int, kind })
    }

    /// One byte of an `int` in memory.
    fn bytes_of(&mut self, fuel: usize) -> Option<Expr> {
        let place = self.place(&Ty::Int, Use::Write, fuel - 1)?;
        let pointer = Expr { ty: Ty::Int.ptr(), kind: Kind::AddrOf(Box::new(place)) };
        let bytes = pointer.cast(Ty::Byte.ptr());
        let index = self.index(8, fuel - 1);
        let byte = Expr { ty: Ty::Byte, kind: Kind::Index(Box::new(bytes), Box::new(index)) };
        Some(byte.cast(Ty::Int))
    }

    fn bool(&mut self, fuel: usize) -> Expr {
        match self.c.below(12) {
            0..6 => {
                let op = self.c.of([
                    Binary::Eq,
                    Binary::Ne,
                    Binary::Lt,
                    Binary::Le,
                    Binary::Gt,
                    Binary::Ge,
                ]);
                let (a, b) = match self.c.below(8) {
                    0..4 => (Ty::Int, Ty::Int),
                    4 => (Ty::Byte, Ty::Byte),
                    5 => (Ty::Double, Ty::Double),
                    6 => (Ty::Float, self.c.of([&Ty::Float, &Ty::Double]).clone()),
                    _ => match self.program.enums.len() {
                        0 => (Ty::Double, Ty::Float),
                        count => {
                            let ty = Ty::Enum(self.c.below(count));
                            (ty.clone(), self.c.of([&ty, &Ty::Int]).clone())
                        }
                    },
                };
                let (a, b) = (self.expr(&a, fuel - 1), self.expr(&b, fuel - 1));
                Expr::binary(op, a, b, Ty::Bool)
            }
            6..9 => {
                let and = self.c.chance(50);
                let (a, b) = (self.expr(&Ty::Bool, fuel - 1), self.expr(&Ty::Bool, fuel - 1));
                Expr { ty: Ty::Bool, kind: Kind::Logic(and, Box::new(a), Box::new(b)) }
            }
            9 => self.unary(Unary::Not, &Ty::Bool, fuel),
            10 if self.c.chance(40) => {
                let ty = self.ty();
                let scope = (self.depth, usize::MAX);
                let one = self.pointer(&ty, scope, fuel - 1);
                let other = self.pointer(&ty, scope, fuel - 1);
                let op = self.c.of([Binary::Eq, Binary::Ne]);
                match (one, other) {
                    (Some(a), Some(b)) => Expr::binary(op, a, b, Ty::Bool),
                    _ => self.leaf(&Ty::Bool, fuel),
                }
            }
            10 => {
                let op = self.c.of([Binary::Eq, Binary::Ne]);
                let (a, b) = (self.expr(&Ty::Bool, fuel - 1), self.expr(&Ty::Bool, fuel - 1));
                Expr::binary(op, a, b, Ty::Bool)
            }
            _ => {
                let from = self.c.of([&Ty::Int, &Ty::Byte, &Ty::Int]);
                self.expr(from, fuel - 1).cast(Ty::Bool)
            }
        }
    }

    fn floating(&mut self, ty: &Ty, fuel: usize) -> Expr {
        let other = if *ty == Ty::Double { Ty::Float } else { Ty::Double };
        match self.c.below(8) {
            0..5 => {
                let op = self.c.of([Binary::Add, Binary::Sub, Binary::Mul, Binary::Div]);
                // The other operand may be anything that converts to this type.
                let with = match self.c.below(6) {
                    0 => Ty::Int,
                    1 => Ty::Byte,
                    2 => Ty::Float,
                    _ => ty.clone(),
                };
                let (mut a, mut b) = (self.expr(ty, fuel - 1), self.expr(&with, fuel - 1));
                if self.c.chance(30) {
                    (a, b) = (b, a);
                }
                Expr::binary(op, a, b, ty.clone())
            }
            5 => self.unary(Unary::Neg, ty, fuel),
            _ => {
                let from = self.c.of([&Ty::Int, &Ty::Int, &other, &Ty::Byte, &Ty::Bool]);
                self.expr(from, fuel - 1).cast(ty.clone())
            }
        }
    }

    /// Something with a side effect that gives a `ty`.
    fn effect(&mut self, ty: &Ty, fuel: usize) -> Option<Expr> {
        match self.c.below(6) {
            0 | 1 if matches!(ty, Ty::Int | Ty::Byte | Ty::Double | Ty::Float) => {
                let place = Box::new(self.place(ty, Use::Write, fuel - 1)?);
                let (up, prefix) = (self.c.chance(60), self.c.chance(50));
                Some(Expr { ty: ty.clone(), kind: Kind::Step { up, prefix, place } })
            }
            2 => {
                let place = self.place(ty, Use::Write, fuel - 1)?;
                let value = self.value(ty, fuel - 1);
                Some(place.assign(value))
            }
            _ => self.call(ty, fuel),
        }
    }

    /// A call of a function that returns `ty`.
    pub(super) fn call(&mut self, ty: &Ty, fuel: usize) -> Option<Expr> {
        if !self.effects {
            return None;
        }
        let fuel = fuel.saturating_sub(1);
        if *ty == self.result
            && self.times == 1
            && self.c.chance(40)
            && let Some(recursion) = self.itself.clone().filter(|r| r.calls > 0)
            && let Some((_, params)) = recursion.params.split_last()
        {
            if let Some(itself) = &mut self.itself {
                itself.calls -= 1;
            }
            let mut args = self.args(params, fuel)?;
            let own = Expr::local(&recursion.fuel, Ty::Int);
            args.push(Expr::binary(Binary::Sub, own, Expr::int(1), Ty::Int));
            let index = self.program.functions.len();
            return Some(Expr { ty: ty.clone(), kind: Kind::Call(index, args) });
        }
        let able: Vec<usize> = (0..self.program.functions.len())
            .filter(|&at| self.program.functions[at].result == *ty)
            .collect();
        let index = self.c.pick(&able)?;
        let f = &self.program.functions[index];
        let params: Vec<(String, Ty)> = f.params.clone();
        let recursive = params.last().is_some_and(|(name, _)| name.starts_with('u'));
        if !self.pay(self.costs[index]) {
            return None;
        }
        let types: Vec<Ty> = params.into_iter().map(|(_, ty)| ty).collect();
        let plain = &types[..types.len() - usize::from(recursive)];
        let mut args = self.args(plain, fuel)?;
        if recursive {
            // Two calls each and three deep are 15 calls, less than `RECURSION`.
            args.push(self.index(4, fuel));
        }
        Some(Expr { ty: ty.clone(), kind: Kind::Call(index, args) })
    }

    fn args(&mut self, types: &[Ty], fuel: usize) -> Option<Vec<Expr>> {
        let mut args = Vec::new();
        for ty in types {
            args.push(match ty {
                Ty::Ptr(pointee) => self.pointer(pointee, (self.depth, usize::MAX), fuel)?,
                // Of literals that are too short the rest is zero.
                Ty::Array(element, length) if self.c.chance(15) => {
                    let count = self.c.range(1, *length);
                    let items = (0..count).map(|_| self.expr(element, fuel)).collect();
                    Expr { ty: ty.clone(), kind: Kind::Array(items) }
                }
                _ => self.value(ty, fuel),
            });
        }
        Some(args)
    }
}
