//! Taking and discharging.

use super::places::{Place, Ty, Val, is_inside};
use super::scope::{Gen, Param, Ret, Sig, null};
use super::tree::{Stmt, line};

impl Gen<'_> {
    /// Puts a new object into a place; `assign` is what stands before the value.
    pub(super) fn take_into(
        &mut self,
        assign: &str,
        path: &str,
        ty: Ty,
        out: &mut Vec<Stmt>,
    ) -> Val {
        let makers: Vec<Sig> = self
            .sigs
            .iter()
            .filter(|s| matches!(s.ret, Ret::Own(t, _) if t == ty))
            .cloned()
            .collect();
        if self.chance(40)
            && let Some(sig) = self.pick(&makers)
            && let Some(call) = self.call(&sig)
        {
            out.push(line(format!("{assign}{call};")));
            let id = self.fresh_object();
            let maybe = matches!(sig.ret, Ret::Own(_, true)) || ty != Ty::Cell;
            return if maybe { Val::Maybe(id) } else { Val::Own(id) };
        }
        let size = match ty {
            Ty::Cell => "2 * sizeof<int>",
            Ty::Node => "sizeof<Node>",
            Ty::PairBox => "sizeof<Pair>",
        };
        out.push(line(format!("{assign}cast<{}>(alloc({size}));", ty.text())));
        self.fill(path, ty, out);
        Val::Own(self.fresh_object())
    }

    /// Gives a new object its contents.
    pub(super) fn fill(&mut self, path: &str, ty: Ty, out: &mut Vec<Stmt>) {
        let depth = self.places.get(path).map_or(self.depth, |place| place.depth);
        let mut part = |field: &str, part: Ty| {
            out.push(line(format!("{path}.{field} = {};", null(part))));
            let path = format!("{path}.{field}");
            self.places.0.push(Place { path, ty: part, val: Val::Null, depth });
        };
        match ty {
            Ty::Cell => {
                let (first, second) = (self.int(), self.int());
                out.push(line(format!("{path}[0] = {first};")));
                out.push(line(format!("{path}[1] = {second};")));
            }
            Ty::Node => {
                part("next", Ty::Node);
                part("data", Ty::Cell);
                out.push(line(format!("{path}.n = 0;")));
            }
            Ty::PairBox => {
                part("a", Ty::Cell);
                part("b", Ty::Cell);
                out.push(line(format!("{path}.n = 0;")));
            }
        }
    }

    // --- giving -----------------------------------------------------------------------------

    /// Whether everything behind `path` may go with it.
    pub(super) fn is_deep(&self, path: &str) -> bool {
        self.places.inner(path).iter().all(|part| {
            matches!(part.val, Val::Null | Val::Own(_) | Val::Maybe(_)) && self.is_deep(&part.path)
        })
    }

    /// Ends the life of the object that `path` owns, and of all inside it.
    pub(super) fn discharge(&mut self, path: &str, out: &mut Vec<Stmt>) {
        let Some(place) = self.places.get(path).cloned() else { return };
        let Some(id) = place.val.object().filter(|_| place.val.owns()) else { return };
        if let Val::Flagged(_, flag) = place.val {
            out.push(Stmt::If(
                format!("c{flag} == 1"),
                vec![line(format!("free({path});"))],
                vec![],
            ));
            self.places.kill(id);
            return;
        }
        let maybe = matches!(place.val, Val::Maybe(_));
        let parts = self.places.inner(path);
        let takers: Vec<Sig> = self
            .sigs
            .iter()
            .filter(|sig| {
                sig.params.iter().any(|p| {
                    *p == Param::Take(place.ty, true)
                        || (!maybe && *p == Param::Take(place.ty, false))
                })
            })
            .cloned()
            .collect();
        let whole = parts.is_empty() && place.ty != Ty::Cell;
        let taken_whole = self.lists && place.ty == Ty::Node && (whole || self.is_deep(path));
        if (taken_whole && (whole || self.chance(40))) || (place.ty == Ty::Cell && self.chance(30))
        {
            let mut arguments = None;
            if let Some(sig) = self.pick(&takers) {
                arguments = self.call_with(&sig, path);
            }
            let call = match arguments {
                Some(call) => Some(call),
                None if place.ty == Ty::Node => Some(format!("free_list({path})")),
                None => None,
            };
            if let Some(call) = call {
                out.push(line(format!("{call};")));
                self.forget(path, id);
                return;
            }
        }
        if whole {
            // A pair that may be null.
            let free = vec![
                line(format!("free({path}.a);")),
                line(format!("free({path}.b);")),
                line(format!("free({path});")),
            ];
            out.push(Stmt::If(format!("{path} != {}", null(place.ty)), free, vec![]));
            self.forget(path, id);
            return;
        }
        let mut later = Vec::new();
        for part in parts {
            if part.val.owns()
                && !matches!(part.val, Val::Flagged(..))
                && part.ty == Ty::Cell
                && self.chance(25)
            {
                // Kept in a variable beyond the end of what it is in.
                let name = self.fresh('p');
                out.push(line(format!("let {name}: *int = {};", part.path)));
                later.push(line(format!("free({name});")));
                if let Some(id) = part.val.object() {
                    self.places.kill(id);
                }
            } else {
                self.discharge(&part.path, out);
            }
        }
        self.free(&place, maybe, out);
        out.append(&mut later);
        self.forget(path, id);
    }

    pub(super) fn free(&mut self, place: &Place, maybe: bool, out: &mut Vec<Stmt>) {
        let path = &place.path;
        let id = place.val.object();
        let other =
            self.those(|p| p.val.object() == id && matches!(p.val, Val::Alias(_) | Val::Inner(_)));
        let simple = line(format!("free({path});"));
        match self.rng.u32(0..10) {
            0 | 1 if maybe => {
                out.push(Stmt::If(format!("{path} != {}", null(place.ty)), vec![simple], vec![]));
            }
            2 | 3 => match self.pick(&other) {
                Some(p) if matches!(p.val, Val::Alias(_)) => {
                    out.push(line(format!("free({});", p.path)));
                }
                Some(p) => out.push(line(format!("free(cast<*int>(cast<int>({}) - 8));", p.path))),
                None => out.push(simple),
            },
            4 if place.ty == Ty::Cell && self.chance(50) => {
                // Through a pointer to the place.
                let name = self.fresh('w');
                let (owner, field) = path.rsplit_once('.').unwrap_or((path, ""));
                if self.pairs.iter().any(|(pair, _)| pair == owner) {
                    out.push(line(format!("let {name}: *Pair = &{owner};")));
                    out.push(line(format!("free({name}.{field});")));
                } else {
                    out.push(line(format!("let {name}: **int = &{path};")));
                    out.push(line(format!("free(*{name});")));
                }
            }
            4 => {
                let name = self.fresh(place.ty.letter());
                out.push(line(format!("let {name}: {} = {path};", place.ty.text())));
                out.push(line(format!("free({name});")));
            }
            _ => out.push(simple),
        }
    }

    pub(super) fn forget(&mut self, path: &str, id: u32) {
        for part in self.places.0.clone() {
            if is_inside(&part.path, path)
                && let Some(inner) = part.val.object()
            {
                self.places.kill(inner);
            }
        }
        self.places.remove_inside(path);
        self.places.kill(id);
    }

    /// Sets a place that owns nothing to null.
    pub(super) fn clear(&mut self, path: &str, out: &mut Vec<Stmt>) {
        if let Some(ty) = self.places.get(path).map(|place| place.ty) {
            out.push(line(format!("{path} = {};", null(ty))));
            self.places.set(path, Val::Null);
        }
    }
}
