//! Control flow: branches, switches, loops, early ways out, deferred code.

use super::places::{Place, Places, Ty, Val};
use super::scope::{Gen, Round, null};
use super::tree::{Stmt, line};

impl Gen<'_> {
    pub(super) fn branch(&mut self, out: &mut Vec<Stmt>) -> bool {
        let flags = self.flags.clone();
        let maybes = self.those(|p| matches!(p.val, Val::Maybe(_)) && p.ty == Ty::Cell);
        let (mut flag, mut null_test) = (None, None);
        let condition = match self.rng.u32(0..4) {
            0 if !flags.is_empty() => {
                flag = self.pick(&flags);
                format!("c{} == 1", flag.map_or(0, |f| f.0))
            }
            1 if !maybes.is_empty() => {
                null_test = self.pick(&maybes);
                let path = null_test.as_ref().map_or("", |p| p.path.as_str());
                format!("{path} == {}", null(Ty::Cell))
            }
            _ => self.question(),
        };
        let before = self.places.clone();
        if let Some(place) = &null_test {
            self.places.set(&place.path, Val::Null);
        }
        // What is owned exactly if the flag is set is known on both sides.
        let set_flagged = |places: &mut Places, set: bool| {
            for place in &mut places.0 {
                if let Val::Flagged(id, on) = place.val
                    && Some(on) == flag.map(|f| f.0)
                {
                    place.val = if set { Val::Own(id) } else { Val::Dead };
                }
            }
        };
        set_flagged(&mut self.places, true);
        let (mut then, then_reached) = self.block(3);
        let after_then = std::mem::replace(&mut self.places, before);
        if let Some(place) = &null_test
            && let Some(id) = place.val.object()
        {
            self.places.set(&place.path, Val::Own(id));
        }
        set_flagged(&mut self.places, false);
        let (mut otherwise, else_reached) =
            if self.chance(50) { self.block(3) } else { (Vec::new(), true) };
        match (then_reached, else_reached) {
            (true, true) => {
                let after_else = std::mem::take(&mut self.places);
                self.join((after_then, &mut then), (after_else, &mut otherwise), flag.map(|f| f.0));
            }
            (true, false) => self.places = after_then,
            (false, _) => {}
        }
        out.push(Stmt::If(condition, then, otherwise));
        then_reached || else_reached
    }

    /// A switch on an enum.
    pub(super) fn choose(&mut self, out: &mut Vec<Stmt>) -> bool {
        let ask = self.ask();
        let before = self.places.clone();
        let labels: &[&str] = match self.rng.u32(0..3) {
            0 => &["Kind::Red", "Kind::Green", "Kind::Blue"],
            1 => &["Kind::Red", "_"],
            _ => &["Kind::Red, Kind::Blue", "Kind::Green"],
        };
        let mut arms: Vec<(String, Vec<Stmt>)> = Vec::new();
        let mut joined: Option<Places> = None;
        for label in labels {
            self.places = before.clone();
            let (mut body, reached) = self.block(2);
            if reached {
                match joined.take() {
                    None => joined = Some(self.places.clone()),
                    Some(others) => {
                        // What must be made up for is done before the others know: all but this one
                        // go back to the state before.
                        let mine = std::mem::take(&mut self.places);
                        let mut fix = Vec::new();
                        self.join((mine, &mut body), (others, &mut fix), None);
                        for (_, arm) in &mut arms {
                            arm.extend(fix.clone());
                        }
                        joined = Some(self.places.clone());
                    }
                }
            }
            arms.push(((*label).to_owned(), body));
        }
        out.push(Stmt::Switch(format!("kind({ask})"), arms));
        match joined {
            Some(places) => {
                self.places = places;
                true
            }
            None => false,
        }
    }

    /// A loop.
    pub(super) fn around(&mut self, out: &mut Vec<Stmt>) {
        let i = self.fresh('i');
        let most = self.rng.u32(1..5);
        // Aliases of what may be replaced in the loop are none in the next iteration.
        for place in &mut self.places.0 {
            if matches!(place.val, Val::Alias(_) | Val::Inner(_)) {
                place.val = Val::Dead;
            }
        }
        let head = match self.rng.u32(0..3) {
            0 => format!(" [{i}: int = 0]({i} < {most}) : (++{i})"),
            1 => {
                let ask = self.ask();
                format!(" [{i}: int = 0]({i} < {most} && {ask} != 0) : (++{i})")
            }
            _ => {
                out.push(line(format!("let {i}: int = 0;")));
                format!(" ({i} < {most}) : ({i} = {i} + 1)")
            }
        };
        let entry = self.places.clone();
        self.rounds.push(Round { depth: self.depth, entry: entry.clone() });
        self.depth += 1;
        let mut body = Vec::new();
        let reached = self.statements(4, &mut body);
        if reached {
            self.restore(&entry, &mut body);
            self.close(self.depth - 1, &mut body);
        }
        self.depth -= 1;
        self.leave(self.depth);
        self.rounds.pop();
        self.places = entry;
        out.push(Stmt::Loop(head, body));
    }

    /// `return`, `break`, `continue` or `exit`, most often under a condition.
    pub(super) fn leave_early(&mut self, out: &mut Vec<Stmt>) -> bool {
        let condition = self.question();
        let before = self.places.clone();
        let mut way = Vec::new();
        self.depth += 1;
        let round = self.rounds.last().cloned();
        match (round, self.rng.u32(0..8)) {
            (_, 0) if self.chance(50) => way.push(line("exit(3);")),
            (Some(round), 0..5) => {
                self.close(round.depth, &mut way);
                self.restore(&round.entry, &mut way);
                way.push(line(if self.chance(50) { "break;" } else { "continue;" }));
            }
            _ => self.give_back(&mut way),
        }
        self.depth -= 1;
        self.places = before;
        out.push(Stmt::If(condition, way, vec![]));
        true
    }

    pub(super) fn defer(&mut self, out: &mut Vec<Stmt>) {
        let owners = self.those(|p| p.val.owns() && p.depth == self.depth);
        let owners: Vec<Place> = owners
            .into_iter()
            .filter(|p| !self.is_frozen(&p.path) && !p.path.contains('.'))
            .collect();
        let Some(owner) = self.pick(&owners) else { return };
        let before = self.places.clone();
        let mut code = Vec::new();
        self.discharge(&owner.path, &mut code);
        if self.chance(20) {
            code.push(line(format!("{} = {};", owner.path, null(owner.ty))));
        }
        self.places = before;
        for place in &mut self.places.0 {
            let is_it =
                place.path == owner.path || super::places::is_inside(&place.path, &owner.path);
            if let Some(id) = place.val.object().filter(|_| is_it) {
                place.val =
                    if matches!(place.val, Val::Own(_)) { Val::Deferred(id) } else { Val::Dead };
            } else if is_it {
                place.val = Val::Dead;
            }
        }
        out.push(Stmt::Defer(code));
    }

    /// A flag that decides the allocation and later the free.
    pub(super) fn correlated(&mut self, out: &mut Vec<Stmt>) {
        if self.flags.is_empty() {
            self.flag(out);
        }
        let flags = self.flags.clone();
        let Some((flag, _)) = self.pick(&flags) else { return };
        let name = self.fresh('p');
        if self.chance(50) {
            out.push(line(format!("let {name}: *int = {};", null(Ty::Cell))));
        } else {
            out.push(line(format!("let {name}: *int;")));
        }
        let mut then = Vec::new();
        let val = self.take_into(&format!("{name} = "), &name, Ty::Cell, &mut then);
        out.push(Stmt::If(format!("c{flag} == 1"), then, vec![]));
        let id = val.object().unwrap_or_default();
        self.declare(&name, Ty::Cell, Val::Flagged(id, flag));
    }
}
