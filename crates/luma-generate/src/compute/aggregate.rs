//! Structs and arrays as values, and constant expressions.

use super::Gen;
use super::place::Use;
use crate::tree::{Binary, Expr, Kind, Ty, Unary};

/// Numbers at which something changes.
const INTS: [i64; 18] = [
    0,
    1,
    -1,
    2,
    3,
    5,
    7,
    10,
    63,
    64,
    127,
    128,
    255,
    -128,
    1 << 31,
    (1 << 53) + 1,
    i64::MAX,
    -i64::MAX,
];

const FLOATS: [f64; 12] =
    [0.0, 1.0, 0.5, 2.0, 0.1, 3.75, 1e10, 16_777_217.0, 1e19, 0.000_001, 123.456, 4e38];

impl Gen<'_> {
    /// A literal, or one with `cast` where the type has none.
    pub(super) fn literal(&mut self, ty: &Ty) -> Expr {
        let kind = match ty {
            Ty::Int => Kind::Int(match self.c.below(3) {
                0 => self.c.of(INTS),
                1 => self.c.below(100) as i64,
                _ => self.c.below(20) as i64 - 10,
            }),
            Ty::Byte => match self.c.below(2) {
                0 => Kind::Char(self.c.of(*b"aZ09 ~")),
                _ => Kind::Cast(Box::new(Expr::int(self.c.of([0, 1, 127, 128, 200, 255, -1])))),
            },
            Ty::Bool => Kind::Bool(self.c.chance(50)),
            Ty::Double => return self.float(),
            Ty::Float => Kind::Cast(Box::new(self.float())),
            Ty::Enum(index) => Kind::Member(self.c.below(self.program.enums[*index])),
            _ => return self.compound(ty, 0, true),
        };
        Expr { ty: ty.clone(), kind }
    }

    fn float(&mut self) -> Expr {
        let value = Expr { ty: Ty::Double, kind: Kind::Float(self.c.of(FLOATS)) };
        if self.c.chance(25) {
            return Expr { ty: Ty::Double, kind: Kind::Unary(Unary::Neg, Box::new(value)) };
        }
        value
    }

    /// A struct or array literal, of literals if `constant`.
    pub(super) fn compound(&mut self, ty: &Ty, fuel: usize, constant: bool) -> Expr {
        let kind = match ty {
            Ty::Struct(index) => {
                let types = self.program.structs[*index].clone();
                let mut order: Vec<usize> = (0..types.len()).collect();
                if self.c.chance(30) {
                    self.c.shuffle(&mut order);
                }
                let source = (!constant && self.c.chance(20))
                    .then(|| self.place(ty, Use::Read, fuel.saturating_sub(1)))
                    .flatten();
                if source.is_some() {
                    let kept = self.c.below(order.len());
                    order.truncate(kept);
                }
                let mut fields = Vec::new();
                for field in order {
                    let value = match constant {
                        true => self.constant(&types[field], fuel),
                        false => self.value(&types[field], fuel.saturating_sub(1)),
                    };
                    fields.push((field, value));
                }
                let at = self.c.below(fields.len() + 1);
                Kind::Struct(fields, source.map(|source| (at, Box::new(source))))
            }
            Ty::Array(element, length) => {
                Kind::Array((0..*length).map(|_| self.part(element, fuel, constant)).collect())
            }
            _ => return self.literal(ty),
        };
        Expr { ty: ty.clone(), kind }
    }

    fn part(&mut self, ty: &Ty, fuel: usize, constant: bool) -> Expr {
        match constant {
            true => self.constant(ty, fuel),
            false => self.expr(ty, fuel.saturating_sub(1)),
        }
    }

    /// An expression that is evaluated at compile time.
    pub(super) fn constant(&mut self, ty: &Ty, fuel: usize) -> Expr {
        let known: Vec<usize> = (0..self.program.globals.len())
            .filter(|&at| self.program.globals[at].constant && self.program.globals[at].ty == *ty)
            .collect();
        if self.c.chance(15)
            && let Some(index) = self.c.pick(&known)
        {
            return Expr { ty: ty.clone(), kind: Kind::Global(index) };
        }
        if ty.is_aggregate() {
            return self.compound(ty, 1, true);
        }
        if fuel == 0 || self.c.chance(30) {
            return self.literal(ty);
        }
        match ty {
            Ty::Int => match self.c.below(4) {
                0 => {
                    let from = self.c.of([Ty::Byte, Ty::Bool, Ty::Byte]);
                    self.constant(&from, fuel - 1).cast(Ty::Int)
                }
                1 => {
                    let op = self.c.of([Binary::Div, Binary::Rem]);
                    let a = self.constant(ty, fuel - 1);
                    Expr::binary(op, a, Expr::int(self.c.of([1, 2, 3, 7, -3, 10])), Ty::Int)
                }
                _ => {
                    let op = self.c.of([
                        Binary::Add,
                        Binary::Sub,
                        Binary::Mul,
                        Binary::And,
                        Binary::Or,
                        Binary::Xor,
                        Binary::Shl,
                        Binary::Shr,
                    ]);
                    let (a, b) = (self.constant(ty, fuel - 1), self.constant(ty, fuel - 1));
                    Expr::binary(op, a, b, Ty::Int)
                }
            },
            Ty::Byte => self.constant(&Ty::Int, fuel - 1).cast(Ty::Byte),
            Ty::Bool => {
                let op = self.c.of([Binary::Lt, Binary::Le, Binary::Eq, Binary::Ne, Binary::Gt]);
                let of = self.c.of([Ty::Int, Ty::Double, Ty::Byte].each_ref()).clone();
                let (a, b) = (self.constant(&of, fuel - 1), self.constant(&of, fuel - 1));
                Expr::binary(op, a, b, Ty::Bool)
            }
            Ty::Double | Ty::Float => {
                let op = self.c.of([Binary::Add, Binary::Sub, Binary::Mul, Binary::Div]);
                let (a, b) = (self.constant(ty, fuel - 1), self.constant(ty, fuel - 1));
                let e = Expr::binary(op, a, b, ty.clone());
                if self.c.chance(20) {
                    return self.constant(&Ty::Int, fuel - 1).cast(ty.clone());
                }
                e
            }
            _ => self.literal(ty),
        }
    }
}
