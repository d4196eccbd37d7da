//! What keeps the state right where ways meet: the ends of blocks, of branches and of iterations.

use super::places::{Place, Places, Ty, Val};
use super::scope::{Gen, null};
use super::tree::{Stmt, line};

impl Gen<'_> {
    /// Discharges what variables deeper than `depth` own.
    pub(super) fn close(&mut self, depth: u32, out: &mut Vec<Stmt>) {
        let mut owners = self.those(|p| p.depth > depth && p.val.owns());
        if self.chance(50) {
            owners.reverse();
        }
        for owner in owners {
            self.discharge(&owner.path, out);
        }
    }

    /// Forgets variables deeper than `depth`, and what only they named.
    pub(super) fn leave(&mut self, depth: u32) {
        for place in self.places.0.clone() {
            if place.depth > depth
                && let Some(id) = place.val.object()
                && !matches!(place.val, Val::Alias(_) | Val::Inner(_))
            {
                self.places.kill(id);
            }
        }
        self.places.0.retain(|place| place.depth <= depth);
        self.flags.retain(|f| f.1 <= depth);
        self.ints.retain(|i| i.1 <= depth);
        self.pairs.retain(|p| p.1 <= depth);
    }

    /// Brings the state back to what holds at the head of a loop.
    pub(super) fn restore(&mut self, entry: &Places, out: &mut Vec<Stmt>) {
        for before in &entry.0 {
            let path = &before.path;
            let Some(now) = self.places.get(path).cloned() else { continue };
            match (before.val, now.val) {
                (a, b) if a == b => {}
                (Val::Own(_), Val::Own(_)) => {}
                (Val::Own(_), other) => {
                    if other.owns() {
                        self.discharge(path, out);
                    }
                    let val = self.take_into(&format!("{path} = "), path, before.ty, out);
                    // A maker may give null: allocate for sure.
                    if let Val::Maybe(_) = val {
                        let alloc = format!("{path} = cast<*int>(alloc(2 * sizeof<int>));");
                        let fill = [
                            line(alloc),
                            line(format!("{path}[0] = 1;")),
                            line(format!("{path}[1] = 1;")),
                        ];
                        out.push(Stmt::If(
                            format!("{path} == {}", null(Ty::Cell)),
                            fill.into(),
                            vec![],
                        ));
                    }
                    let id = self.fresh_object();
                    self.places.set(path, Val::Own(id));
                }
                (Val::Maybe(_), Val::Own(_) | Val::Maybe(_) | Val::Null) => {}
                (Val::Maybe(_) | Val::Null, _) => {
                    self.discharge(path, out);
                    self.clear(path, out);
                }
                (_, other) if other.owns() => self.discharge(path, out),
                _ => {}
            }
        }
    }

    /// The state after two ways meet; `then` and `otherwise` are what they have done so far. `flag`
    /// is the variable that was 1 on the first way.
    pub(super) fn join(
        &mut self,
        then: (Places, &mut Vec<Stmt>),
        otherwise: (Places, &mut Vec<Stmt>),
        flag: Option<u32>,
    ) {
        let (mut a, then) = then;
        let (mut b, otherwise) = otherwise;
        let mut paths: Vec<String> = a.0.iter().map(|place| place.path.clone()).collect();
        paths.sort_by_key(String::len);
        let mut joined = Places::default();
        for path in paths {
            let (Some(left), Some(right)) = (a.get(&path).cloned(), b.get(&path).cloned()) else {
                continue;
            };
            let same_parts = parts(&a, &path) == parts(&b, &path);
            let exact = left.ty != Ty::Cell;
            let val = match (left.val, right.val) {
                (x, y) if x == y && same_parts => x,
                (Val::Own(_), Val::Own(_)) if same_parts => Val::Own(self.fresh_object()),
                (Val::Own(id), Val::Null | Val::Dead)
                    if !exact && flag.is_some() && self.chance(70) =>
                {
                    Val::Flagged(id, flag.unwrap_or_default())
                }
                (
                    Val::Own(_) | Val::Maybe(_) | Val::Null,
                    Val::Own(_) | Val::Maybe(_) | Val::Null,
                ) if !exact => Val::Maybe(self.fresh_object()),
                (Val::Own(_) | Val::Maybe(_) | Val::Null, Val::Dead)
                    if !exact && self.chance(60) =>
                {
                    otherwise.push(line(format!("{path} = {};", null(left.ty))));
                    if left.val == Val::Null { Val::Null } else { Val::Maybe(self.fresh_object()) }
                }
                (Val::Dead, Val::Own(_) | Val::Maybe(_) | Val::Null)
                    if !exact && self.chance(60) =>
                {
                    then.push(line(format!("{path} = {};", null(left.ty))));
                    if right.val == Val::Null { Val::Null } else { Val::Maybe(self.fresh_object()) }
                }
                (x, y) => {
                    for (val, state, code) in
                        [(x, &mut a, &mut *then), (y, &mut b, &mut *otherwise)]
                    {
                        if val.owns() {
                            std::mem::swap(&mut self.places, state);
                            self.discharge(&path, code);
                            std::mem::swap(&mut self.places, state);
                        }
                    }
                    Val::Dead
                }
            };
            joined.0.push(Place { val, ..left });
        }
        // An alias is one only if its owner is still there.
        let owners: Vec<u32> = joined
            .0
            .iter()
            .filter(|place| !matches!(place.val, Val::Alias(_) | Val::Inner(_)))
            .filter_map(|place| place.val.object())
            .collect();
        for place in &mut joined.0 {
            if matches!(place.val, Val::Alias(_) | Val::Inner(_))
                && place.val.object().is_none_or(|id| !owners.contains(&id))
            {
                place.val = Val::Dead;
            }
        }
        self.places = joined;
    }
}

fn parts(places: &Places, path: &str) -> Vec<String> {
    let mut parts: Vec<String> = places.inner(path).into_iter().map(|place| place.path).collect();
    parts.sort();
    parts
}
