//! Functions of random statements: what they are like from outside, and calls of them.

use super::body::{Body, Ends};
use super::program::Program;
use super::state::{Class, Null};

/// What a parameter is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Param {
    Number,
    /// Only looked at.
    Borrowed(Class),
    /// Given to the function. A `Plain` one is never null.
    Taken(Class),
}

/// A function of random statements, from outside.
#[derive(Clone, Debug)]
pub(super) struct Work {
    pub(super) name: String,
    pub(super) params: Vec<(String, Param)>,
    pub(super) ends: Ends,
    /// The parameter that bounds how deep it calls itself, which is its last.
    pub(super) fuel: Option<String>,
}

impl Work {
    /// The declaration up to its body. Attributes name parameters where they must, or at random.
    pub(super) fn header(&self, program: &mut Program) -> String {
        let is = |f: fn(Param) -> bool| self.params.iter().filter(move |p| f(p.1));
        let taken: Vec<&str> = is(|p| matches!(p, Param::Taken(_))).map(|p| p.0.as_str()).collect();
        let all = is(|p| matches!(p, Param::Borrowed(_))).count() == 0;
        let mut text = String::new();
        if matches!(self.ends, Ends::Owned(..) | Ends::Duo) {
            text += "#returns_ownership\n";
        }
        if !taken.is_empty() {
            let names = format!("({})", taken.join(", "));
            text += "#takes_ownership";
            text += if all && program.chance(60) { "" } else { &names };
            text += "\n";
        }
        let mut params: Vec<String> = Vec::new();
        for (name, param) in &self.params {
            let ty = match param {
                Param::Number => "int",
                Param::Borrowed(class) | Param::Taken(class) => class.ty(),
            };
            params.push(format!("{name}: {ty}"));
        }
        params.extend(self.fuel.iter().map(|fuel| format!("{fuel}: int")));
        text + &format!("const {} -> fn ({}) {}", self.name, params.join(", "), self.ends.ty())
    }
}

impl Body<'_> {
    /// Calls a function made before, or the function itself while it has fuel.
    pub(super) fn call_work(&mut self) {
        if self.calls >= 2 || self.loops > 1 {
            return self.use_something();
        }
        self.calls += 1;
        if let Some(work) = self.itself.clone().filter(|_| self.program.chance(50)) {
            let fuel = work.fuel.clone().unwrap_or_default();
            let left = format!("{fuel} - 1");
            return self.when(&format!("{fuel} > 0"), |b| b.call(&work, &left));
        }
        let works = self.program.works.clone();
        if works.is_empty() {
            return self.use_something();
        }
        let work = self.program.pick(&works);
        let fuel = self.program.below(3).to_string();
        self.call(&work, &fuel);
    }

    fn call(&mut self, work: &Work, fuel: &str) {
        let (mut args, mut given, mut used) = (Vec::new(), Vec::new(), Vec::new());
        for (_, param) in &work.params {
            args.push(match *param {
                Param::Number => self.number(),
                Param::Borrowed(class) => {
                    let (place, name) = self.lend(class, &used);
                    used.push(place);
                    name
                }
                Param::Taken(class) => {
                    let place = self.give_up(class, &used);
                    used.push(place.clone());
                    given.push(place.clone());
                    place
                }
            });
        }
        if work.fuel.is_some() {
            args.push(fuel.to_owned());
        }
        for place in &given {
            self.forget(place);
        }
        let call = format!("{}({})", work.name, args.join(", "));
        match work.ends {
            Ends::Void => self.line(&format!("{call};")),
            Ends::Int => match self.program.below(3) {
                0 => self.line(&format!("{call};")),
                1 => self.line(&format!("outputln({call});")),
                _ => {
                    let name = self.program.name("n");
                    self.line(&format!("let {name}: int = {call};"));
                    self.state.ints.push((name, self.depth));
                }
            },
            Ends::Owned(class, nullable) => {
                let null = if nullable || class == Class::List || class == Class::Tree {
                    Null::Maybe
                } else {
                    Null::Never
                };
                self.receive(class, null, &call);
            }
            Ends::Duo => self.receive_duo(&call),
        }
    }

    /// An object of this class to lend and a name for it, not one of `used`; taken if there is
    /// none.
    fn lend(&mut self, class: Class, used: &[String]) -> (String, String) {
        let mut names: Vec<(String, String)> = Vec::new();
        for object in &self.state.owned {
            let place = &object.place;
            if object.class == class && object.is_sure() && !used.contains(place) {
                names.push((place.clone(), place.clone()));
                names.extend(object.aliases.iter().map(|a| (place.clone(), a.0.clone())));
            }
        }
        let borrowed = self.state.borrowed.iter().filter(|b| b.1 == class);
        names.extend(borrowed.map(|b| (b.0.clone(), b.0.clone())));
        if names.is_empty() {
            let place = self.take_surely(class);
            return (place.clone(), place);
        }
        self.program.pick(&names)
    }

    /// An object of this class to give away, not one of `used`; taken if there is none.
    fn give_up(&mut self, class: Class, used: &[String]) -> String {
        let fits = |b: &Self, place: &String| {
            let object = b.state.at(place).map(|i| &b.state.owned[i]);
            object.is_some_and(|o| o.class == class && o.is_sure()) && !used.contains(place)
        };
        let places: Vec<String> =
            self.movable().into_iter().filter(|place| fits(self, place)).collect();
        if places.is_empty() || self.program.chance(30) {
            self.take_surely(class)
        } else {
            self.program.pick(&places)
        }
    }
}
