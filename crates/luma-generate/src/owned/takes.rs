//! Taking objects: from the heap, from functions, on conditions.

use super::body::Body;
use super::helpers::Helper;
use super::state::{Class, FIELDS, Guard, Null};

impl Body<'_> {
    /// Takes some object in some way.
    pub(super) fn take(&mut self) {
        let class = self.program.class();
        match self.program.below(20) {
            0..7 => {
                self.take_surely(class);
            }
            7..9 => self.take_checked(class),
            9..12 => {
                let make = self.program.helper(Helper::MakeMaybe(class));
                let number = self.number();
                self.receive(class, Null::Maybe, &format!("{make}({number})"));
            }
            12..14 => self.take_by_out(class),
            14..16 => self.take_on_branches(class),
            16 => {
                let make = self.program.helper(Helper::MakeDuo);
                let number = self.number();
                self.receive_duo(&format!("{make}({number})"));
            }
            _ => {
                let make = self.program.helper(Helper::Make(class));
                let number = self.number();
                let null = if class == Class::List || class == Class::Tree {
                    Null::Maybe
                } else {
                    Null::Never
                };
                self.receive(class, null, &format!("{make}({number})"));
            }
        }
    }

    /// A place for an object: a new variable, or one that owns nothing.
    pub(super) fn target(&mut self, class: Class) -> (String, usize, bool) {
        let slots: Vec<_> = self.state.slots.iter().filter(|s| s.class == class).cloned().collect();
        if !slots.is_empty() && self.program.chance(45) {
            let slot = self.program.pick(&slots);
            return (slot.place, slot.home, false);
        }
        (self.program.name("p"), self.depth, true)
    }

    /// Takes an object that is certainly there; the place that owns it.
    pub(super) fn take_surely(&mut self, class: Class) -> String {
        let (place, home, new) = self.target(class);
        let children = if new && self.program.chance(50) {
            self.line(&format!("let {place}: {};", class.ty()));
            self.fresh(&place, class)
        } else if new {
            self.fresh_as(&format!("let {place}: {}", class.ty()), &place, class)
        } else {
            self.fresh(&place, class)
        };
        self.own(place.clone(), class, Null::Never, home);
        if let Some(index) = self.state.at(&place) {
            self.state.owned[index].children = children;
        }
        place
    }

    /// `place = …` with an object that is certainly there. Leaves on no way.
    pub(super) fn fresh(&mut self, place: &str, class: Class) -> [Null; 2] {
        self.fresh_as(place, place, class)
    }

    fn fresh_as(&mut self, left: &str, place: &str, class: Class) -> [Null; 2] {
        let number = self.number();
        if self.program.chance(35) && matches!(class, Class::Plain | Class::Cell) {
            let make = self.program.helper(Helper::Make(class));
            self.line(&format!("{left} = {make}({number});"));
            return [Null::Maybe; 2];
        }
        self.allocate(left, class);
        if class == Class::Plain && self.program.chance(8) {
            self.line(&format!("{place} = cast<*int>(realloc(cast<*void>({place}), 64));"));
        }
        self.fill(place, class, &number)
    }

    /// `left = cast<…>(alloc(…))`
    fn allocate(&mut self, left: &str, class: Class) {
        let size = match class {
            Class::Plain if self.program.chance(30) => "4 * sizeof<int>",
            Class::Plain => "sizeof<int>",
            Class::Cell => "sizeof<Cell>",
            Class::List => "sizeof<Node>",
            Class::Tree => "sizeof<Tree>",
        };
        let allocator = self.program.allocator();
        self.line(&format!("{left} = cast<{}>({allocator}({size}));", class.ty()));
    }

    /// Gives every field a value.
    fn fill(&mut self, place: &str, class: Class, number: &str) -> [Null; 2] {
        let null = class.null();
        match class {
            Class::Plain => self.line(&format!("*{place} = {number};")),
            Class::List => {
                self.line(&format!("{place}.value = {number};"));
                self.line(&format!("{place}.next = {null};"));
            }
            Class::Tree => {
                self.line(&format!("{place}.key = {number};"));
                self.line(&format!("{place}.left = {null};"));
                self.line(&format!("{place}.right = {null};"));
            }
            Class::Cell => {
                self.line(&format!("{place}.value = {number};"));
                return FIELDS.map(|field| self.fill_field(&format!("{place}.{field}")));
            }
        }
        [Null::Always; 2]
    }

    fn fill_field(&mut self, field: &str) -> Null {
        match self.program.below(5) {
            0 | 1 => {
                self.line(&format!("{field} = cast<*int>(0);"));
                Null::Always
            }
            2 => {
                let make = self.program.helper(Helper::MakeMaybe(Class::Plain));
                let number = self.number();
                self.line(&format!("{field} = {make}({number});"));
                Null::Maybe
            }
            _ => {
                self.fresh(field, Class::Plain);
                Null::Never
            }
        }
    }

    /// Allocates, and leaves if there is no memory.
    fn take_checked(&mut self, class: Class) {
        let (place, home, new) = self.target(class);
        let left = if new { format!("let {place}: {}", class.ty()) } else { place.clone() };
        self.allocate(&left, class);
        self.state.slots.retain(|slot| slot.place != place);
        let condition = format!("{place} == {}", class.null());
        self.when(&condition, Self::leave);
        let number = self.number();
        let children = self.fill(&place, class, &number);
        self.own(place.clone(), class, Null::Never, home);
        if let Some(index) = self.state.at(&place) {
            self.state.owned[index].children = children;
        }
    }

    /// Puts the result of a call somewhere, and often leaves if it is null.
    pub(super) fn receive(&mut self, class: Class, null: Null, call: &str) {
        let (place, home, new) = self.target(class);
        let left = if new { format!("let {place}: {}", class.ty()) } else { place.clone() };
        self.line(&format!("{left} = {call};"));
        self.own(place.clone(), class, null, home);
        self.unknown_children(&place);
        if null == Null::Maybe && self.program.chance(50) {
            self.test_null(&place);
        }
    }

    /// Leaves if `place` is null.
    fn test_null(&mut self, place: &str) {
        let Some(index) = self.state.at(place) else { return };
        let object = self.state.owned[index].clone();
        let condition = format!("{place} == {}", object.class.null());
        self.when(&condition, |b| {
            if let Some(index) = b.state.at(place) {
                b.state.owned[index].null = Null::Always;
            }
            b.leave();
        });
        if let Some(index) = self.state.at(place) {
            self.state.owned[index].null = Null::Never;
        }
    }

    /// A function puts the object into our variable and says whether there is one.
    fn take_by_out(&mut self, class: Class) {
        let make = self.program.helper(Helper::TryMake(class));
        let (place, number) = (self.program.name("p"), self.number());
        let ok = self.program.name("ok");
        self.line(&format!("let {place}: {} = {};", class.ty(), class.null()));
        let call = format!("{make}(&{place}, {number})");
        let home = self.depth;
        if self.program.chance(50) {
            self.when(&format!("{call} != 0"), Self::leave);
            self.own(place.clone(), class, Null::Never, home);
        } else {
            self.line(&format!("let {ok}: int = {call};"));
            if self.program.chance(40) {
                self.when(&format!("{ok} != 0"), Self::leave);
                self.own(place.clone(), class, Null::Never, home);
            } else {
                self.own(place.clone(), class, Null::Maybe, home);
                self.guard(&place, &format!("{ok} == 0"), &format!("{ok} != 0"));
            }
        }
        self.unknown_children(&place);
    }

    /// Every branch takes an object in its own way.
    fn take_on_branches(&mut self, class: Class) {
        let (place, home, new) = self.target(class);
        if new {
            self.line(&format!("let {place}: {};", class.ty()));
        }
        let condition = self.condition();
        self.line(&format!("if ({condition}) {{"));
        let mut one = [Null::Always; 2];
        let mut other = one;
        self.deeper(|b| one = b.fresh(&place, class));
        self.line("} else {");
        self.deeper(|b| other = b.fresh(&place, class));
        self.line("}");
        self.own(place.clone(), class, Null::Never, home);
        if let Some(index) = self.state.at(&place) {
            self.state.owned[index].children = [one[0].join(other[0]), one[1].join(other[1])];
        }
    }

    /// The object of `place` is only there if `yes`, the opposite of `no`.
    pub(super) fn guard(&mut self, place: &str, yes: &str, no: &str) {
        if let Some(index) = self.state.at(place) {
            let object = &mut self.state.owned[index];
            object.guard = Some(Guard { yes: yes.to_owned(), no: no.to_owned() });
            object.aliases.clear();
        }
    }

    /// A variable that is a struct which owns two objects, or nothing in their places.
    pub(super) fn receive_duo(&mut self, call: &str) {
        let name = self.program.name("s");
        self.line(&format!("let {name}: Duo = {call};"));
        for field in ["a", "b"] {
            self.own(format!("{name}.{field}"), Class::Plain, Null::Maybe, self.depth);
        }
        if self.program.chance(25) {
            let clear = self.program.helper(Helper::ClearDuo);
            self.line(&format!("{clear}(&{name});"));
            for field in ["a", "b"] {
                self.forget(&format!("{name}.{field}"));
            }
        }
    }
}
