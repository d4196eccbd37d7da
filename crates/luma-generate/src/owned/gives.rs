//! Giving objects away, and ways out of scopes with everything given away.

use super::body::{Body, Ends};
use super::helpers::Helper;
use super::state::{Class, FIELDS, Null, Owned};

impl Body<'_> {
    /// Gives away the object of `place`, which must not be deferred.
    pub(super) fn give(&mut self, place: &str) {
        let Some(index) = self.state.at(place) else { return };
        let object = self.state.owned[index].clone();
        self.drop_object(&object);
        self.forget(place);
        if self.program.chance(15) {
            self.line(&format!("{place} = {};", object.class.null()));
            if let Some(slot) = self.state.slots.iter_mut().find(|s| s.place == place) {
                slot.is_null = true;
            }
        }
    }

    /// Gives away some object.
    pub(super) fn give_something(&mut self) {
        let places = self.movable();
        match self.any(&places) {
            Some(place) => self.give(&place),
            None => self.use_something(),
        }
    }

    /// The text that gives `object` away where it is there.
    pub(super) fn drop_object(&mut self, object: &Owned) {
        let null = object.class.null();
        let place = &object.place;
        if object.null == Null::Always {
            if object.class == Class::Plain && self.program.chance(30) {
                self.line(&format!("free({place});"));
            }
            return;
        }
        // Where there is no object, null may say so as well.
        if let Some(guard) = &object.guard
            && (object.null == Null::Never || self.program.chance(60))
        {
            let sure = Owned { guard: None, null: Null::Never, ..object.clone() };
            if self.program.chance(70) {
                self.line(&format!("if ({}) {{", guard.yes));
            } else {
                self.line(&format!("if ({}) {{", guard.no));
                self.deeper(|b| b.line("output(\"-\");"));
                self.line("} else {");
            }
            self.deeper(|b| b.drop_object(&sure));
            return self.line("}");
        }
        let needs_test = object.class == Class::Cell && object.null == Null::Maybe;
        if object.null == Null::Maybe && (needs_test || self.program.chance(30)) {
            self.line(&format!("if ({place} != {null}) {{"));
            self.deeper(|b| b.drop_present(object));
            return self.line("}");
        }
        if object.null == Null::Maybe {
            return self.drop_either(object.class, place);
        }
        self.drop_present(object);
    }

    /// The next lines are further in.
    pub(super) fn deeper(&mut self, body: impl FnOnce(&mut Self)) {
        self.depth += 1;
        body(self);
        self.depth -= 1;
    }

    /// Gives away what may be null.
    fn drop_either(&mut self, class: Class, name: &str) {
        if class == Class::Plain && self.program.chance(60) {
            return self.line(&format!("free({name});"));
        }
        let drop = self.program.helper(Helper::Drop(class));
        self.line(&format!("{drop}({name});"));
    }

    fn drop_present(&mut self, object: &Owned) {
        let mut names = vec![object.place.clone()];
        names.extend(object.aliases.iter().map(|a| a.0.clone()));
        let name =
            if self.program.chance(70) { object.place.clone() } else { self.program.pick(&names) };
        match object.class {
            Class::Plain => self.drop_plain(&name),
            Class::Cell if self.program.chance(60) => {
                let mut fields: Vec<usize> = (0..FIELDS.len()).collect();
                self.program.rng.shuffle(&mut fields);
                for field in fields {
                    self.drop_field(&format!("{name}.{}", FIELDS[field]), object.children[field]);
                }
                self.line(&format!("free({name});"));
            }
            Class::List if self.program.chance(35) => self.drop_list(&name),
            class => self.drop_either(class, &name),
        }
    }

    fn drop_plain(&mut self, name: &str) {
        match self.program.below(10) {
            0..5 => self.line(&format!("free({name});")),
            5 | 6 => {
                let drop = self.program.helper(Helper::DropPresent);
                self.line(&format!("{drop}({name});"));
            }
            7 => {
                let same = self.program.helper(Helper::Same);
                self.line(&format!("free({same}({name}));"));
            }
            8 => {
                let condition = self.condition();
                self.line(&format!("if ({condition}) {{"));
                self.deeper(|b| b.line(&format!("free({name});")));
                self.line("} else {");
                self.deeper(|b| b.drop_either(Class::Plain, name));
                self.line("}");
            }
            _ => self.line(&format!("free(cast<*void>({name}));")),
        }
    }

    fn drop_field(&mut self, name: &str, null: Null) {
        match null {
            Null::Never => self.drop_plain(name),
            Null::Maybe if self.program.chance(40) => {
                self.line(&format!("if ({name} != cast<*int>(0)) {{ free({name}); }}"));
            }
            Null::Maybe => self.drop_either(Class::Plain, name),
            Null::Always => {
                if self.program.chance(30) {
                    self.line(&format!("free({name});"));
                }
            }
        }
    }

    /// Frees a list node by node.
    fn drop_list(&mut self, name: &str) {
        let (walk, next) = (self.program.name("w"), self.program.name("next"));
        self.line(&format!("let {walk}: *Node = {name};"));
        self.line(&format!("loop ({walk} != cast<*Node>(0)) {{"));
        self.deeper(|b| {
            b.line(&format!("let {next}: *Node = {walk}.next;"));
            b.line(&format!("free({walk});"));
            b.line(&format!("{walk} = {next};"));
        });
        self.line("}");
    }

    /// The text that gives away what scopes from `depth` on must, but for what defers do and
    /// for `kept`.
    pub(super) fn clean_up(&mut self, depth: usize, kept: &[String]) {
        let due = |o: &&Owned| o.depth >= depth && !o.deferred && !kept.contains(&o.place);
        let mut due: Vec<Owned> = self.state.owned.iter().filter(due).cloned().collect();
        self.program.rng.shuffle(&mut due);
        for object in due {
            self.drop_object(&object);
        }
    }

    /// `if (…) { leave }`
    pub(super) fn leave_early(&mut self) {
        let condition = self.condition();
        self.when(&condition, |b| {
            if b.program.chance(25) {
                b.use_something();
            }
            b.leave();
        });
    }

    /// Leaves the loop, the function or the program with everything given away.
    pub(super) fn leave(&mut self) {
        let way = self.program.below(20);
        if self.loop_depth > 0 && way < 10 {
            self.clean_up(self.loop_depth, &[]);
            self.line(if way < 6 { "break;" } else { "continue;" });
        } else if way == 19 {
            self.line("exit(3);");
        } else {
            self.finish();
        }
        self.state.ended = true;
    }

    /// Returns, with everything given away.
    pub(super) fn finish(&mut self) {
        if self.state.ended {
            return;
        }
        match self.ends {
            Ends::Void => {
                self.clean_up(1, &[]);
                if self.depth > 1 || self.program.chance(20) {
                    self.line("return;");
                }
            }
            Ends::Int => {
                let result = self.result();
                self.clean_up(1, &[]);
                self.line(&format!("return {result};"));
            }
            Ends::Owned(class, nullable) => self.return_owned(class, nullable),
            Ends::Duo => self.return_duo(),
        }
    }

    /// A number to return, which nothing that is freed on the way changes.
    fn result(&mut self) -> String {
        let sure = self.places(|o| o.class == Class::Plain && o.is_sure());
        match self.any(&sure) {
            Some(place) if self.program.chance(50) => {
                let name = self.program.name("r");
                self.line(&format!("let {name}: int = *{place};"));
                name
            }
            _ => self.number(),
        }
    }

    /// An object that can be returned.
    fn returnable(&mut self, class: Class, nullable: bool, kept: &[String]) -> Option<String> {
        let null = nullable || matches!(class, Class::List | Class::Tree);
        let fits = |o: &Owned| {
            let there = o.is_sure() || null && o.guard.is_none();
            o.class == class && !o.deferred && there && !kept.contains(&o.place)
        };
        let places = self.places(fits);
        self.any(&places)
    }

    fn return_owned(&mut self, class: Class, nullable: bool) {
        let kept = self.returnable(class, nullable, &[]);
        let null = nullable || matches!(class, Class::List | Class::Tree);
        if null && self.program.chance(if kept.is_some() { 15 } else { 50 }) {
            self.clean_up(1, &[]);
            return self.line(&format!("return {};", class.null()));
        }
        if let Some(place) = kept {
            self.clean_up(1, std::slice::from_ref(&place));
            return self.line(&format!("return {place};"));
        }
        self.clean_up(1, &[]);
        if self.program.chance(40) {
            let make = self.program.helper(Helper::Make(class));
            let number = self.number();
            return self.line(&format!("return {make}({number});"));
        }
        let name = self.program.name("r");
        self.line(&format!("let {name}: {};", class.ty()));
        self.fresh(&name, class);
        self.line(&format!("return {name};"));
    }

    fn return_duo(&mut self) {
        let mut kept: Vec<String> = Vec::new();
        for _ in 0..2 {
            kept.extend(self.returnable(Class::Plain, true, &kept));
        }
        self.clean_up(1, &kept);
        let null = || Class::Plain.null();
        let a = kept.first().cloned().unwrap_or_else(null);
        let b = kept.get(1).cloned().unwrap_or_else(null);
        let number = self.number();
        if self.program.chance(50) {
            return self.line(&format!("return Duo {{ a: {a}, b: {b}, n: {number} }};"));
        }
        let name = self.program.name("r");
        self.line(&format!("let {name}: Duo;"));
        self.line(&format!("{name}.a = {a};"));
        self.line(&format!("{name}.n = {number};"));
        self.line(&format!("{name}.b = {b};"));
        self.line(&format!("return {name};"));
    }
}
