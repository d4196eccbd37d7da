//! What correct programs do with objects between taking and giving them away.

use super::body::Body;
use super::helpers::Helper;
use super::state::{Class, FIELDS, Null, Owned, Slot};

impl Body<'_> {
    /// Looks at or changes some object.
    pub(super) fn use_something(&mut self) {
        let mut names: Vec<(String, Class)> = self.state.borrowed.clone();
        for object in self.state.owned.iter().filter(|o| o.is_sure()) {
            names.push((object.place.clone(), object.class));
            names.extend(object.aliases.iter().map(|a| (a.0.clone(), object.class)));
        }
        let unsure = self.places(|o| !o.is_sure() && o.null != Null::Always);
        if let Some(place) = self.any(&unsure).filter(|_| self.program.chance(35)) {
            return self.use_unsure(&place);
        }
        if names.is_empty() {
            let number = self.number();
            return self.line(&format!("outputln({number});"));
        }
        let (name, class) = self.program.pick(&names);
        self.use_as(&name, class);
    }

    fn use_unsure(&mut self, place: &str) {
        let Some(index) = self.state.at(place) else { return };
        let object = self.state.owned[index].clone();
        let test = match object.guard {
            Some(guard) => guard.yes,
            None => format!("{place} != {}", object.class.null()),
        };
        self.line(&format!("if ({test}) {{"));
        self.deeper(|b| b.use_as(place, object.class));
        self.line("}");
    }

    fn use_as(&mut self, name: &str, class: Class) {
        if self.program.chance(25) {
            let look = self.program.helper(Helper::Look(class));
            return self.line(&format!("outputln({look}({name}));"));
        }
        let number = self.number();
        match class {
            Class::Plain => match self.program.below(3) {
                0 => self.line(&format!("*{name} = *{name} + {number};")),
                1 => self.line(&format!("outputln(*{name});")),
                _ => self.line(&format!("{name}[0] = {number};")),
            },
            Class::Cell => self.line(&format!("{name}.value = {name}.value + {number};")),
            Class::List => {
                let walk = self.program.name("w");
                self.line(&format!("let {walk}: *Node = {name};"));
                let null = class.null();
                self.line(&format!("loop ({walk} != {null}) : ({walk} = {walk}.next) {{"));
                self.deeper(|b| b.line(&format!("output({walk}.value, \" \");")));
                self.line("}");
            }
            Class::Tree => {
                let null = class.null();
                self.line(&format!("if ({name} != {null}) {{ outputln({name}.key); }}"));
            }
        }
    }

    /// Another name for an object.
    pub(super) fn alias(&mut self) {
        let sure = self.places(Owned::is_sure);
        let Some(place) = self.any(&sure) else { return self.take() };
        let Some(index) = self.state.at(&place) else { return };
        let class = self.state.owned[index].class;
        let name = self.program.name("q");
        let value = if self.program.chance(25) {
            let same = self.program.helper(Helper::SameOf(class));
            format!("{same}({place})")
        } else {
            place
        };
        self.line(&format!("let {name}: {} = {value};", class.ty()));
        self.state.owned[index].aliases.push((name, self.depth));
    }

    /// An object moves to another place; the old one becomes an alias or null.
    pub(super) fn transfer(&mut self) {
        let places = self.movable();
        let Some(place) = self.any(&places) else { return self.take() };
        let Some(index) = self.state.at(&place) else { return };
        let object = self.state.owned[index].clone();
        if object.guard.is_some() && object.null == Null::Never {
            return self.use_unsure(&place);
        }
        let (target, home, new) = self.target(object.class);
        // What decides whether it is there must live as long as it does.
        if object.guard.is_some() && home < self.depth {
            return self.use_unsure(&place);
        }
        let left =
            if new { format!("let {target}: {}", object.class.ty()) } else { target.clone() };
        self.line(&format!("{left} = {place};"));
        self.state.slots.retain(|slot| slot.place != target);
        let nulled = self.program.chance(40);
        if nulled {
            self.line(&format!("{place} = {};", object.class.null()));
        }
        let moved = &mut self.state.owned[index];
        moved.place = target;
        moved.home = home;
        moved.depth = if home > self.frozen { home } else { self.depth };
        if nulled || !object.is_sure() {
            let slot = Slot { place, class: object.class, home: object.home, is_null: nulled };
            self.state.slots.push(slot);
        } else {
            moved.aliases.push((place, object.home));
        }
    }

    /// Two owners exchange what they own.
    pub(super) fn swap(&mut self) {
        let place = self.places(|o| o.is_sure() && !o.deferred && o.depth > self.frozen);
        let Some(one) = self.any(&place) else { return self.take() };
        let Some(first) = self.state.at(&one) else { return };
        let class = self.state.owned[first].class;
        let fits = |o: &Owned| {
            o.class == class
                && o.is_sure()
                && !o.deferred
                && o.depth > self.frozen
                && o.place != one
        };
        let others = self.places(fits);
        let Some(other) = self.any(&others) else { return self.alias() };
        let Some(second) = self.state.at(&other) else { return };
        let name = self.program.name("t");
        self.line(&format!("let {name}: {} = {one};", class.ty()));
        self.line(&format!("{one} = {other};"));
        self.line(&format!("{other} = {name};"));
        let owned = &mut self.state.owned;
        let (a, b) = (owned[first].children, owned[second].children);
        (owned[first].children, owned[second].children) = (b, a);
        let (a, b) =
            (std::mem::take(&mut owned[first].aliases), std::mem::take(&mut owned[second].aliases));
        (owned[first].aliases, owned[second].aliases) = (b, a);
        owned[second].aliases.push((name, self.depth));
    }

    /// An object is freed and another one takes its place, at once or carried from a temporary.
    pub(super) fn replace(&mut self) {
        let sure = self.places(|o| o.is_sure() && matches!(o.class, Class::Plain | Class::List));
        let Some(place) = self.any(&sure) else { return self.take() };
        let Some(index) = self.state.at(&place) else { return };
        let object = self.state.owned[index].clone();
        match self.program.below(3) {
            0 => {
                self.drop_object(&object);
                self.fresh(&place, object.class);
            }
            1 if object.class == Class::Plain => {
                let name = self.program.name("bigger");
                self.line(&format!("let {name}: *int = cast<*int>(alloc(2 * sizeof<int>));"));
                self.line(&format!("{name}[0] = {place}[0];"));
                self.drop_object(&object);
                self.line(&format!("{place} = {name};"));
            }
            _ => {
                let name = self.program.name("next");
                self.line(&format!("let {name}: {};", object.class.ty()));
                self.fresh(&name, object.class);
                if object.class == Class::Plain {
                    self.line(&format!("*{name} = *{name} + *{place};"));
                }
                self.drop_object(&object);
                self.line(&format!("{place} = {name};"));
            }
        }
        if let Some(index) = self.state.at(&place) {
            self.state.owned[index].aliases.clear();
        }
    }

    /// A `defer` for an object of this scope, or for several.
    pub(super) fn defer(&mut self) {
        let here = self.depth;
        let fits = |o: &Owned| o.depth == here && o.home == here && !o.deferred;
        let places = self.places(fits);
        let Some(place) = self.any(&places) else { return self.take() };
        let mut chosen = vec![place];
        if self.program.chance(25) {
            let others: Vec<String> = places.into_iter().filter(|p| !chosen.contains(p)).collect();
            chosen.extend(self.any(&others));
        }
        let objects: Vec<Owned> = chosen
            .iter()
            .filter_map(|place| self.state.at(place))
            .map(|index| self.state.owned[index].clone())
            .collect();
        let plain = objects.len() == 1 && objects[0].class == Class::Plain;
        if plain && objects[0].guard.is_none() && self.program.chance(70) {
            self.line(&format!("defer free({});", objects[0].place));
        } else {
            self.line("defer {");
            for object in objects {
                // What is there when it runs may be another object.
                let then = Owned { aliases: Vec::new(), children: [Null::Maybe; 2], ..object };
                self.deeper(|b| b.drop_object(&then));
            }
            self.line("}");
        }
        for place in chosen {
            if let Some(index) = self.state.at(&place) {
                self.state.owned[index].deferred = true;
            }
        }
    }

    /// A field of a cell is filled, freed, or taken out.
    pub(super) fn cell_field(&mut self) {
        let frozen = self.frozen;
        let cells = self.places(|o| o.class == Class::Cell && o.is_sure() && o.depth > frozen);
        let Some(cell) = self.any(&cells) else { return self.take() };
        let Some(index) = self.state.at(&cell) else { return };
        let field = self.program.below(2);
        let name = format!("{cell}.{}", FIELDS[field]);
        let null = match self.state.owned[index].children[field] {
            Null::Always if self.program.chance(60) => {
                self.fresh(&name, Class::Plain);
                Null::Never
            }
            Null::Always => return self.put(&cell, &name, index, field),
            Null::Never if self.program.chance(50) => {
                let taken = self.program.name("p");
                self.line(&format!("let {taken}: *int = {name};"));
                self.line(&format!("{name} = cast<*int>(0);"));
                self.own(taken, Class::Plain, Null::Never, self.depth);
                Null::Always
            }
            _ => {
                self.line(&format!("free({name});"));
                self.line(&format!("{name} = cast<*int>(0);"));
                Null::Always
            }
        };
        if let Some(index) = self.state.at(&cell) {
            self.state.owned[index].children[field] = null;
        }
    }

    /// An object of ours becomes the cell's.
    fn put(&mut self, cell: &str, field_name: &str, index: usize, field: usize) {
        let places: Vec<String> = self
            .movable()
            .into_iter()
            .filter(|place| {
                let object = self.state.at(place).map(|i| &self.state.owned[i]);
                object.is_some_and(|o| o.class == Class::Plain && o.is_sure())
            })
            .collect();
        let place = match self.any(&places) {
            Some(place) => place,
            None => self.take_surely(Class::Plain),
        };
        self.state.owned[index].children[field] = Null::Never;
        if field == 0 && self.program.chance(40) {
            let put = self.program.helper(Helper::Put);
            self.line(&format!("{put}({cell}, {place});"));
        } else {
            self.line(&format!("{field_name} = {place};"));
        }
        self.forget(&place);
    }

    /// A list gets a node, loses its first, or is turned round.
    pub(super) fn list_change(&mut self) {
        let lists =
            self.places(|o| o.class == Class::List && o.guard.is_none() && o.null != Null::Always);
        let Some(place) = self.any(&lists) else { return self.take() };
        let Some(index) = self.state.at(&place) else { return };
        let frozen = self.state.owned[index].depth <= self.frozen;
        self.state.owned[index].aliases.clear();
        let number = self.number();
        match self.program.below(4) {
            0 => {
                let push = self.program.helper(Helper::Push);
                self.line(&format!("{place} = {push}({place}, {number});"));
            }
            1 => {
                let name = self.program.name("node");
                self.line(&format!("let {name}: *Node = cast<*Node>(alloc(sizeof<Node>));"));
                self.line(&format!("{name}.value = {number};"));
                self.line(&format!("{name}.next = {place};"));
                self.line(&format!("{place} = {name};"));
            }
            2 if !frozen => {
                let rest = self.program.name("rest");
                self.line(&format!("if ({place} != cast<*Node>(0)) {{"));
                self.deeper(|b| {
                    b.line(&format!("let {rest}: *Node = {place}.next;"));
                    b.line(&format!("free({place});"));
                    b.line(&format!("{place} = {rest};"));
                });
                self.line("}");
                self.state.owned[index].null = Null::Maybe;
            }
            _ => {
                let reverse = self.program.helper(Helper::Reverse);
                self.line(&format!("{place} = {reverse}({place});"));
            }
        }
    }

    /// A local struct whose fields own objects, or copies of it.
    pub(super) fn struct_local(&mut self) {
        let name = self.program.name("s");
        let number = self.number();
        let fits = |o: &Owned| {
            o.class == Class::Plain && o.is_sure() && !o.deferred && o.depth > self.frozen
        };
        let places = self.places(fits);
        let value = self.any(&places);
        let shown = value.clone().unwrap_or_else(|| Class::Plain.null());
        let null = Class::Plain.null();
        self.line(&format!("let {name}: Duo = Duo {{ a: {shown}, b: {null}, n: {number} }};"));
        let (a, b) = (format!("{name}.a"), format!("{name}.b"));
        let home = self.depth;
        let slot = |place: String| Slot { place, class: Class::Plain, home, is_null: true };
        self.state.slots.push(slot(b));
        let Some(index) = value.and_then(|place| self.state.at(&place)) else {
            return self.state.slots.push(slot(a));
        };
        let moved = &mut self.state.owned[index];
        moved.aliases.push((std::mem::replace(&mut moved.place, a.clone()), moved.home));
        moved.home = home;
        moved.depth = home;
        if self.program.chance(40) {
            let copy = self.program.name("s");
            self.line(&format!("let {copy}: Duo = {name};"));
            self.state.owned[index].aliases.push((format!("{copy}.a"), home));
        }
    }
}
