//! Bodies of functions: blocks of statements picked at random, and ways out of them.

use super::places::{Place, Ty, Val};
use super::scope::{Gen, Param, Ret, null};
use super::tree::{Stmt, line};

impl Gen<'_> {
    /// A block of up to `ops` things; false if its end is not reached.
    pub(super) fn block(&mut self, ops: u32) -> (Vec<Stmt>, bool) {
        self.depth += 1;
        let mut out = Vec::new();
        let reached = self.statements(ops, &mut out);
        self.depth -= 1;
        if reached {
            self.close(self.depth, &mut out);
        }
        self.leave(self.depth);
        (out, reached)
    }

    /// The body of a function whose parameters are declared.
    pub(super) fn body(&mut self, ops: u32) -> Vec<Stmt> {
        let mut out = Vec::new();
        self.depth = 1;
        if self.budget > 0 {
            self.variable(&mut out);
        }
        if self.statements(ops, &mut out) {
            self.give_back(&mut out);
        }
        out
    }

    pub(super) fn statements(&mut self, ops: u32, out: &mut Vec<Stmt>) -> bool {
        for _ in 0..ops {
            if self.budget <= 0 {
                break;
            }
            self.budget -= 1;
            if !self.statement(out) {
                return false;
            }
        }
        true
    }

    pub(super) fn statement(&mut self, out: &mut Vec<Stmt>) -> bool {
        // Main is where the others are used.
        if self.params.is_empty() && self.depth < 3 && self.chance(20) {
            self.call_for_effect(out);
            return true;
        }
        match self.rng.u32(0..100) {
            0..18 => self.variable(out),
            18..28 => self.assign(out),
            28..36 => self.touch(out),
            36..42 => self.give_some(out),
            42..45 => self.swap(out),
            45..48 => self.either(out),
            48..60 => return self.branch(out),
            60..66 => self.around(out),
            66..70 => return self.choose(out),
            70..74 => return self.leave_early(out),
            74..82 => self.defer(out),
            82..88 => self.call_for_effect(out),
            88..91 => self.flag(out),
            91..94 => self.push(out),
            94..97 => self.correlated(out),
            97 => {
                let (block, reached) = self.block(3);
                out.push(Stmt::Block(block));
                return reached;
            }
            _ => self.arithmetic(out),
        }
        true
    }

    /// Discharges everything but the result, and returns it.
    pub(super) fn give_back(&mut self, out: &mut Vec<Stmt>) {
        let value = match self.ret {
            Ret::Nothing => String::new(),
            Ret::Int => self.int(),
            Ret::Lend => match self.params.first() {
                Some(Param::Lend(_)) => "p0".to_owned(),
                _ => null(Ty::Cell),
            },
            Ret::Own(ty, maybe) => {
                let owned = self.those(|p| {
                    p.ty == ty
                        && (matches!(p.val, Val::Own(_))
                            || (maybe && matches!(p.val, Val::Maybe(_))))
                });
                match self.pick(&owned).filter(|_| !maybe || self.chance(80)) {
                    Some(place) => {
                        self.finish(&place, out);
                        return;
                    }
                    None if maybe => null(ty),
                    None => {
                        let name = self.fresh(ty.letter());
                        let val = self.take_into(
                            &format!("let {name}: {} = ", ty.text()),
                            &name,
                            ty,
                            out,
                        );
                        self.declare(&name, ty, val);
                        if let Some(place) = self.places.get(&name).cloned() {
                            self.finish(&place, out);
                        }
                        return;
                    }
                }
            }
            Ret::Pair => {
                let ready: Vec<_> = self
                    .pairs
                    .iter()
                    .filter(|(name, _)| {
                        ["a", "b"].iter().all(|field| {
                            self.places.get(&format!("{name}.{field}")).is_some_and(|p| {
                                matches!(p.val, Val::Null | Val::Own(_) | Val::Maybe(_))
                            })
                        })
                    })
                    .cloned()
                    .collect();
                match self.pick(&ready) {
                    Some((name, _)) => {
                        for field in ["a", "b"] {
                            self.places.set(&format!("{name}.{field}"), Val::Dead);
                        }
                        name
                    }
                    None => {
                        let none = null(Ty::Cell);
                        format!("Pair {{ a: {none}, b: {none}, n: 1 }}")
                    }
                }
            }
        };
        self.close(0, out);
        out.push(line(format!("return {value};").replace(" ;", ";")));
    }

    pub(super) fn finish(&mut self, place: &Place, out: &mut Vec<Stmt>) {
        if let Some(id) = place.val.object() {
            // What is inside goes to the caller, too.
            self.forget(&place.path, id);
        }
        self.close(0, out);
        out.push(line(format!("return {};", place.path)));
    }
}
