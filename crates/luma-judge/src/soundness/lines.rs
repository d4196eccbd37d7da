//! What is done with variables: assigned, moved, used, discharged.

use super::places::{Place, Ty, Val};
use super::scope::{Gen, null};
use super::tree::{Stmt, line};

impl Gen<'_> {
    /// Something else for a place that owns nothing, or no longer.
    pub(super) fn assign(&mut self, out: &mut Vec<Stmt>) {
        let places = self.those(|p| !matches!(p.val, Val::Deferred(_) | Val::Flagged(..)));
        let places: Vec<Place> = places.into_iter().filter(|p| !self.is_frozen(&p.path)).collect();
        let Some(place) = self.pick(&places) else { return };
        let path = place.path.clone();
        if place.val.owns() {
            self.discharge(&path, out);
        } else {
            self.places.remove_inside(&path);
        }
        match self.rng.u32(0..6) {
            0 if place.ty == Ty::Cell => {
                // Through a pointer to the place.
                let name = self.fresh('w');
                out.push(line(format!("let {name}: **int = &{path};")));
                let val = self.take_into(&format!("*{name} = "), &path, place.ty, out);
                self.places.set(&path, val);
            }
            0..3 => {
                let val = self.take_into(&format!("{path} = "), &path, place.ty, out);
                self.places.set(&path, val);
            }
            3 | 4 => self.move_to(&path, place.ty, out),
            _ => self.clear(&path, out),
        }
    }

    /// Moves an object to `path` from elsewhere, which is set to null or forgotten.
    pub(super) fn move_to(&mut self, path: &str, ty: Ty, out: &mut Vec<Stmt>) {
        let owners = self.those(|p| {
            p.ty == ty
                && matches!(p.val, Val::Own(_) | Val::Maybe(_))
                && p.path != path
                && !super::places::is_inside(path, &p.path)
        });
        let owners: Vec<Place> = owners.into_iter().filter(|p| !self.is_frozen(&p.path)).collect();
        let depth = self.places.get(path).map_or(0, |p| p.depth);
        match self.pick(&owners) {
            Some(from) => {
                out.push(line(format!("{path} = {};", from.path)));
                self.places.set(path, from.val);
                self.places.rename_inside(&from.path, path, depth);
                if self.chance(60) {
                    self.clear(&from.path, out);
                } else {
                    let id = from.val.object().unwrap_or_default();
                    // A longer life than the owner's is not an alias.
                    let val = if from.depth >= depth { Val::Alias(id) } else { Val::Dead };
                    self.places.set(&from.path, if ty == Ty::Cell { val } else { Val::Dead });
                    if matches!(from.val, Val::Maybe(_)) {
                        self.places.set(&from.path, Val::Dead);
                    }
                }
            }
            None => self.clear(path, out),
        }
    }

    /// Reads and writes.
    pub(super) fn touch(&mut self, out: &mut Vec<Stmt>) {
        let usable =
            self.those(|p| p.val.usable() || matches!(p.val, Val::Maybe(_) | Val::Inner(_)));
        let Some(place) = self.pick(&usable) else { return };
        let path = &place.path;
        let use_it = match place.ty {
            Ty::Cell if matches!(place.val, Val::Inner(_)) => line(format!("*{path} = 4;")),
            Ty::Cell => match self.rng.u32(0..4) {
                0 => line(format!("outputln(*{path});")),
                1 => line(format!("{path}[1] = {path}[0] + 1;")),
                2 => line(format!("*{path} = {path}[1];")),
                _ => line(format!("{path}[0] = {};", self.int())),
            },
            Ty::Node | Ty::PairBox => line(format!("{path}.n = {path}.n + 1;")),
        };
        if matches!(place.val, Val::Maybe(_)) {
            out.push(Stmt::If(format!("{path} != {}", null(place.ty)), vec![use_it], vec![]));
        } else {
            out.push(use_it);
        }
    }

    pub(super) fn give_some(&mut self, out: &mut Vec<Stmt>) {
        let owners = self.those(|p| p.val.owns());
        let owners: Vec<Place> = owners.into_iter().filter(|p| !self.is_frozen(&p.path)).collect();
        let Some(owner) = self.pick(&owners) else { return };
        self.discharge(&owner.path, out);
        if self.chance(40) {
            self.clear(&owner.path, out);
        }
    }

    /// Two owners change their objects.
    pub(super) fn swap(&mut self, out: &mut Vec<Stmt>) {
        let owners = self.those(|p| {
            p.ty == Ty::Cell && matches!(p.val, Val::Own(_) | Val::Maybe(_) | Val::Null)
        });
        let owners: Vec<Place> = owners.into_iter().filter(|p| !self.is_frozen(&p.path)).collect();
        let (Some(a), Some(b)) = (self.pick(&owners), self.pick(&owners)) else { return };
        if a.path == b.path {
            return;
        }
        let name = self.fresh('p');
        out.push(line(format!("let {name}: *int = {};", a.path)));
        out.push(line(format!("{} = {};", a.path, b.path)));
        out.push(line(format!("{} = {name};", b.path)));
        self.places.set(&a.path, b.val);
        self.places.set(&b.path, a.val);
    }

    pub(super) fn flag(&mut self, out: &mut Vec<Stmt>) {
        self.name += 1;
        let ask = self.ask();
        out.push(line(format!("let c{}: int = {ask};", self.name)));
        self.flags.push((self.name, self.depth));
    }

    /// To an integer and back.
    pub(super) fn arithmetic(&mut self, out: &mut Vec<Stmt>) {
        let owned = self.those(|p| p.ty == Ty::Cell && matches!(p.val, Val::Own(_)));
        let owned: Vec<Place> = owned.into_iter().filter(|p| !self.is_frozen(&p.path)).collect();
        let Some(place) = self.pick(&owned) else { return };
        let name = self.fresh('i');
        out.push(line(format!("let {name}: int = cast<int>({});", place.path)));
        if self.chance(50) {
            out.push(line(format!("{} = &{}[1];", place.path, place.path)));
            out.push(line(format!("*{} = 2;", place.path)));
            out.push(line(format!("{} = cast<*int>({name});", place.path)));
        } else {
            out.push(line(format!("free(cast<*int>({name}));")));
            let id = place.val.object().unwrap_or_default();
            self.forget(&place.path, id);
        }
    }

    /// Puts a node before a list, or takes the first away.
    pub(super) fn push(&mut self, out: &mut Vec<Stmt>) {
        let heads = self.those(|p| p.ty == Ty::Node && p.val.owns() && !p.path.contains('.'));
        let heads: Vec<Place> = heads
            .into_iter()
            .filter(|p| !self.is_frozen(&p.path) && self.places.inner(&p.path).is_empty())
            .collect();
        let Some(head) = self.pick(&heads) else { return };
        let (path, name) = (&head.path, self.fresh('n'));
        if self.chance(50) {
            out.extend([
                line(format!("let {name}: *Node = cast<*Node>(alloc(sizeof<Node>));")),
                line(format!("{name}.data = {};", null(Ty::Cell))),
                line(format!("{name}.n = 1;")),
                line(format!("{name}.next = {path};")),
                line(format!("{path} = {name};")),
            ]);
            let id = self.fresh_object();
            self.places.set(path, Val::Maybe(id));
        } else {
            let pop = vec![
                line(format!("let {name}: *Node = {path}.next;")),
                line(format!("free({path}.data);")),
                line(format!("free({path});")),
                line(format!("{path} = {name};")),
            ];
            let head = match self.rng.u32(0..2) {
                0 => Stmt::If(format!("{path} != {}", null(Ty::Node)), pop, vec![]),
                _ => Stmt::Loop(format!(" ({path} != {})", null(Ty::Node)), pop),
            };
            out.push(head);
            let id = self.fresh_object();
            self.places.set(path, Val::Maybe(id));
        }
    }
}
