//! Branches, and what is correlated with them.

use super::body::Body;
use super::state::{Class, Null, State};

impl Body<'_> {
    /// `if`, often with `elif` and `else`. Either every branch gives an object away, or none.
    pub(super) fn branch(&mut self) {
        let condition = self.condition();
        let victims = self.victims();
        if victims.is_empty() && self.program.chance(40) {
            return self.when(&condition, Self::branch_body);
        }
        let before = self.state.clone();
        self.line(&format!("if ({condition}) {{"));
        let mut after = self.victim_arm(&before, &victims, true);
        if self.program.chance(25) {
            let condition = self.condition();
            self.line(&format!("}} elif ({condition}) {{"));
            let end = self.victim_arm(&before, &victims, true);
            after = after.join(end);
        }
        self.line("} else {");
        let end = self.victim_arm(&before, &victims, false);
        self.line("}");
        self.state = after.join(end);
    }

    /// An enum or a number decides.
    pub(super) fn switch(&mut self) {
        let victims = self.victims();
        let before = self.state.clone();
        let ask = self.program.ask();
        let is_enum = self.program.chance(50);
        let subject = if is_enum {
            let name = self.program.name("kind");
            self.line(&format!("let {name}: Kind = Kind::Nothing;"));
            self.line(&format!("if ({ask} > 1) {{ {name} = Kind::Owned; }}"));
            name
        } else {
            ask
        };
        self.line(&format!("switch ({subject}) {{"));
        let labels =
            if is_enum { ["Kind::Borrowed, Kind::Owned", "Kind::Nothing"] } else { ["0, 2", "_"] };
        let mut after = State { ended: true, ..State::default() };
        self.depth += 1;
        for (index, label) in labels.into_iter().enumerate() {
            self.line(&format!("{label} -> {{"));
            self.depth -= 1;
            let end = self.victim_arm(&before, &victims, index == 0);
            self.depth += 1;
            self.line("}");
            after = after.join(end);
        }
        self.depth -= 1;
        self.line("}");
        self.state = after;
    }

    /// Objects that every branch gives away.
    fn victims(&mut self) -> Vec<String> {
        let places = self.movable();
        let count = self.program.below(3).min(places.len());
        let mut places = places;
        self.program.rng.shuffle(&mut places);
        places.truncate(count);
        places
    }

    fn victim_arm(&mut self, before: &State, victims: &[String], may_leave: bool) -> State {
        self.state = before.clone();
        self.scope(true, |b| {
            b.branch_body_of(may_leave);
            for place in victims {
                if !b.state.ended {
                    b.give(place);
                }
            }
        });
        std::mem::take(&mut self.state)
    }

    fn branch_body(&mut self) {
        self.branch_body_of(true);
    }

    fn branch_body_of(&mut self, may_leave: bool) {
        let count = self.program.below(3);
        if may_leave {
            self.statements(count);
            if !self.state.ended && self.program.chance(25) {
                self.leave();
            }
        } else {
            self.use_something();
            self.statements(count);
        }
    }

    /// A block of its own, in which outer objects may be given away.
    pub(super) fn plain_block(&mut self) {
        self.line("{");
        let count = 1 + self.program.below(3);
        self.scope(false, |b| b.statements(count));
        self.line("}");
    }

    /// An object that is taken, or given away, on a condition that is tested again later.
    pub(super) fn conditional(&mut self) {
        let sure = self.places(|o| {
            o.depth > self.frozen && o.depth == self.depth && !o.deferred && o.is_sure()
        });
        match self.any(&sure) {
            Some(place) if self.program.chance(40) => self.maybe_give(&place),
            _ => self.maybe_take(),
        }
    }

    /// `if (flag) p = …`
    fn maybe_take(&mut self) {
        let class = self.program.class();
        let (place, flag) = (self.program.name("p"), self.program.name("f"));
        let ask = self.program.ask();
        let null = if self.program.chance(75) { Null::Maybe } else { Null::Never };
        let left = if null == Null::Maybe {
            format!("let {place}: {} = {};", class.ty(), class.null())
        } else {
            format!("let {place}: {};", class.ty())
        };
        let (yes, no) = match self.program.below(5) {
            0 => {
                self.line(&left);
                self.line(&format!("const {flag}: int = {ask};"));
                (format!("{flag} > 1"), format!("{flag} <= 1"))
            }
            1 => {
                self.line(&format!("let {flag}: int = {ask};"));
                self.line(&left);
                (format!("{flag} == 1"), format!("{flag} != 1"))
            }
            2 => {
                self.line(&left);
                self.line(&format!("let {flag}: bool = {ask} > 0;"));
                (flag.clone(), format!("!{flag}"))
            }
            3 => {
                self.line(&left);
                return self.take_with_flag(&place, class, null, &flag);
            }
            _ => {
                self.line(&left);
                return self.take_with_kind(&place, class, null, &flag);
            }
        };
        self.line(&format!("if ({yes}) {{"));
        let mut children = [Null::Always; 2];
        self.deeper(|b| children = b.fresh(&place, class));
        self.line("}");
        self.own_guarded(place, class, null, children, (&yes, &no));
    }

    /// A flag that is set where the object is taken.
    fn take_with_flag(&mut self, place: &str, class: Class, null: Null, flag: &str) {
        let condition = self.condition();
        let number = self.program.chance(50);
        let (ty, off, on) = if number { ("int", "0", "1") } else { ("bool", "false", "true") };
        self.line(&format!("let {flag}: {ty} = {off};"));
        self.line(&format!("if ({condition}) {{"));
        let mut children = [Null::Always; 2];
        self.deeper(|b| {
            children = b.fresh(place, class);
            b.line(&format!("{flag} = {on};"));
        });
        self.line("}");
        let (yes, no) = if number {
            (format!("{flag} != 0"), format!("{flag} == 0"))
        } else {
            (flag.to_owned(), format!("!{flag}"))
        };
        self.own_guarded(place.to_owned(), class, null, children, (&yes, &no));
    }

    /// An enum that says whether there is an object.
    fn take_with_kind(&mut self, place: &str, class: Class, null: Null, kind: &str) {
        let condition = self.condition();
        self.line(&format!("let {kind}: Kind = Kind::Nothing;"));
        self.line(&format!("if ({condition}) {{"));
        let mut children = [Null::Always; 2];
        self.deeper(|b| {
            children = b.fresh(place, class);
            b.line(&format!("{kind} = Kind::Owned;"));
        });
        self.line("}");
        let (yes, no) = (format!("{kind} == Kind::Owned"), format!("{kind} != Kind::Owned"));
        self.own_guarded(place.to_owned(), class, null, children, (&yes, &no));
    }

    fn own_guarded(
        &mut self,
        place: String,
        class: Class,
        null: Null,
        children: [Null; 2],
        (yes, no): (&str, &str),
    ) {
        self.own(place.clone(), class, null, self.depth);
        self.guard(&place, yes, no);
        if let Some(index) = self.state.at(&place) {
            self.state.owned[index].children = children;
        }
    }

    /// `if (condition) { free(p); gone = true; }`, or the same with null.
    fn maybe_give(&mut self, place: &str) {
        let Some(index) = self.state.at(place) else { return };
        let object = self.state.owned[index].clone();
        let condition = self.condition();
        if self.program.chance(40) {
            self.line(&format!("if ({condition}) {{"));
            self.deeper(|b| {
                b.drop_object(&object);
                b.line(&format!("{place} = {};", object.class.null()));
            });
            self.line("}");
            let object = &mut self.state.owned[index];
            object.null = Null::Maybe;
            object.aliases.clear();
            return;
        }
        let flag = self.program.name("gone");
        self.line(&format!("let {flag}: bool = false;"));
        self.line(&format!("if ({condition}) {{"));
        self.deeper(|b| {
            b.drop_object(&object);
            b.line(&format!("{flag} = true;"));
        });
        self.line("}");
        self.guard(place, &format!("!{flag}"), &flag);
    }
}
