//! Calls of the functions made before.

use super::places::{Ty, Val};
use super::scope::{Gen, Param, Ret, Sig, null};
use super::tree::Stmt;

impl Gen<'_> {
    /// A call with arguments that suit, if there are any. What it takes is gone.
    pub(super) fn call(&mut self, sig: &Sig) -> Option<String> {
        self.call_with(sig, "")
    }

    /// The same, with `path` for the first parameter that takes.
    pub(super) fn call_with(&mut self, sig: &Sig, path: &str) -> Option<String> {
        let mut arguments = Vec::new();
        let mut gone: Vec<String> = Vec::new();
        let mut wanted = (!path.is_empty()).then(|| path.to_owned());
        for &param in &sig.params {
            let argument = match param {
                Param::Fuel if sig.recursive && self.fuel => "fuel - 1".to_owned(),
                Param::Fuel => self.rng.u32(1..4).to_string(),
                Param::Int => self.int(),
                Param::Lend(ty) => {
                    let usable = self.those(|p| {
                        p.ty == ty && p.val.usable() && !gone.contains(&p.path) && p.path != path
                    });
                    let borrowed = self.pick(&usable)?;
                    // Nothing may be borrowed that is taken by the same call.
                    if usable.len() < 2 && sig.params.iter().any(|p| matches!(p, Param::Take(..))) {
                        return None;
                    }
                    borrowed.path
                }
                Param::Take(ty, may_be_null) => match wanted.take() {
                    Some(path) => path,
                    None => {
                        let fits = |val: Val| match val {
                            Val::Own(_) => true,
                            Val::Maybe(_) => may_be_null,
                            _ => false,
                        };
                        let owned = self.those(|p| {
                            p.ty == ty
                                && ty == Ty::Cell
                                && fits(p.val)
                                && !gone.contains(&p.path)
                                && p.path != path
                                && !self.is_frozen(&p.path)
                        });
                        match self.pick(&owned) {
                            Some(place) => {
                                gone.push(place.path.clone());
                                place.path
                            }
                            None if may_be_null && self.chance(15) => null(ty),
                            None if may_be_null => return None,
                            None => return None,
                        }
                    }
                },
                Param::Fields => {
                    let pairs: Vec<(String, u32)> = self
                        .pairs
                        .iter()
                        .filter(|(name, _)| {
                            ["a", "b"].iter().all(|field| {
                                self.places.get(&format!("{name}.{field}")).is_some_and(|p| {
                                    matches!(p.val, Val::Null | Val::Own(_) | Val::Maybe(_))
                                        && !gone.contains(&p.path)
                                })
                            })
                        })
                        .cloned()
                        .collect();
                    let (pair, _) = self.pick(&pairs)?;
                    for field in ["a", "b"] {
                        let id = self.fresh_object();
                        let path = format!("{pair}.{field}");
                        if let Some(old) = self.places.get(&path).and_then(|p| p.val.object()) {
                            self.places.kill(old);
                        }
                        self.places.set(&path, Val::Maybe(id));
                    }
                    format!("&{pair}")
                }
                Param::Out => {
                    let free = self.those(|p| {
                        p.ty == Ty::Cell
                            && !p.val.owns()
                            && !matches!(p.val, Val::Deferred(_))
                            && !gone.contains(&p.path)
                            && !self.is_frozen(&p.path)
                    });
                    let place = self.pick(&free)?;
                    let id = self.fresh_object();
                    self.places.set(&place.path, Val::Maybe(id));
                    format!("&{}", place.path)
                }
            };
            arguments.push(argument);
        }
        for path in gone {
            if let Some(id) = self.places.get(&path).and_then(|p| p.val.object()) {
                self.forget(&path, id);
            }
        }
        Some(format!("{}({})", sig.name, arguments.join(", ")))
    }

    /// Whether a loop around must find the place as it was, and could not be helped.
    pub(super) fn is_frozen(&self, path: &str) -> bool {
        self.rounds.iter().any(|round| {
            round.entry.get(path).is_some_and(|place| {
                place.ty != Ty::Cell
                    || !matches!(place.val, Val::Own(_) | Val::Maybe(_) | Val::Null | Val::Dead)
            })
        })
    }

    /// Calls a function for what it does, or for an `int`.
    pub(super) fn call_for_effect(&mut self, out: &mut Vec<Stmt>) {
        let plain: Vec<Sig> = self
            .sigs
            .iter()
            .filter(|s| matches!(s.ret, Ret::Nothing | Ret::Int | Ret::Lend))
            .cloned()
            .collect();
        let Some(sig) = self.pick(&plain) else { return };
        let Some(call) = self.call(&sig) else { return };
        match sig.ret {
            Ret::Int => {
                let name = self.fresh('i');
                out.push(Stmt::Line(format!("let {name}: int = {call};")));
                self.ints.push((name, self.depth));
            }
            Ret::Lend => {
                let name = self.fresh('p');
                out.push(Stmt::Line(format!("let {name}: *int = {call};")));
                let lent = call.split(['(', ',', ')']).nth(1).map(str::trim).unwrap_or_default();
                let val = match self.places.get(lent).map(|p| p.val) {
                    Some(Val::Borrowed) => Val::Borrowed,
                    Some(val) => val.object().map_or(Val::Dead, Val::Alias),
                    None => Val::Dead,
                };
                self.declare(&name, Ty::Cell, val);
            }
            _ => out.push(Stmt::Line(format!("{call};"))),
        }
    }
}
