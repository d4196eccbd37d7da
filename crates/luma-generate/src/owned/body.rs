//! The body of a function being written: text, scopes, and the choice of statements.

use super::Style;
use super::program::Program;
use super::state::{Class, Null, Owned, Slot, State};
use super::work::Work;

/// What a function returns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ends {
    Void,
    Int,
    /// An object, and whether it may be null.
    Owned(Class, bool),
    /// A struct that owns what its fields point to.
    Duo,
}

impl Ends {
    pub(super) fn ty(self) -> &'static str {
        match self {
            Self::Void => "void",
            Self::Int => "int",
            Self::Owned(class, _) => class.ty(),
            Self::Duo => "Duo",
        }
    }
}

/// The body of a function being written.
pub(super) struct Body<'p> {
    pub(super) program: &'p mut Program,
    pub(super) text: String,
    pub(super) state: State,
    /// The scope statements go to; the function's is 1.
    pub(super) depth: usize,
    /// Objects of scopes up to this one must be as they are where this scope ends.
    pub(super) frozen: usize,
    /// Loops around.
    pub(super) loops: usize,
    /// The scope of the innermost loop's body; 0 outside.
    pub(super) loop_depth: usize,
    pub(super) ends: Ends,
    /// The function itself, if it may call itself.
    pub(super) itself: Option<Work>,
    /// Calls of functions of random statements so far.
    pub(super) calls: usize,
}

impl<'p> Body<'p> {
    pub(super) fn new(program: &'p mut Program, ends: Ends) -> Self {
        Self {
            program,
            text: String::new(),
            state: State::default(),
            depth: 1,
            frozen: 0,
            loops: 0,
            loop_depth: 0,
            ends,
            itself: None,
            calls: 0,
        }
    }

    /// `count` statements and the end of the function.
    pub(super) fn function(&mut self, count: usize) {
        self.statements(count);
        self.finish();
    }

    /// A line of text.
    pub(super) fn line(&mut self, line: &str) {
        for _ in 0..self.depth {
            self.text += "    ";
        }
        self.text += line;
        self.text.push('\n');
    }

    /// Statements, fewer if one leaves.
    pub(super) fn statements(&mut self, count: usize) {
        for _ in 0..count {
            if !self.state.ended {
                self.statement();
            }
        }
    }

    fn statement(&mut self) {
        if self.program.style == Style::Strange && self.depth < 5 && self.program.chance(10) {
            return self.shape();
        }
        if self.depth < 5 && self.program.chance(32) {
            return match self.program.below(12) {
                0..3 => self.branch(),
                3 => self.switch(),
                4..6 => self.each_loop(),
                6 => self.leave_early(),
                7 => self.plain_block(),
                8..10 => self.conditional(),
                _ => self.shape(),
            };
        }
        match self.program.below(30) {
            0..8 => self.take(),
            8..12 => self.use_something(),
            12..14 => self.give_something(),
            14..16 => self.alias(),
            16..18 => self.transfer(),
            18 => self.swap(),
            19..21 => self.replace(),
            21..24 => self.defer(),
            24..26 => self.cell_field(),
            26 => self.list_change(),
            27 => self.struct_local(),
            28 => self.leave_early(),
            _ => self.call_work(),
        }
    }

    /// A scope of its own; what it does to outer objects must not depend on whether it runs if
    /// `frozen`. What it must give away is given away at its end.
    pub(super) fn scope(&mut self, frozen: bool, body: impl FnOnce(&mut Self)) {
        let before = self.frozen;
        if frozen {
            self.frozen = self.depth;
        }
        self.depth += 1;
        body(self);
        self.settle();
        self.state.close(self.depth);
        self.depth -= 1;
        self.frozen = before;
    }

    /// `if (condition) { body }`
    pub(super) fn when(&mut self, condition: &str, body: impl FnOnce(&mut Self)) {
        let before = self.state.clone();
        self.line(&format!("if ({condition}) {{"));
        self.scope(true, body);
        self.line("}");
        let after = std::mem::take(&mut self.state);
        self.state = before.join(after);
    }

    /// Gives away what the scope must, but for what its defers do.
    fn settle(&mut self) {
        if self.state.ended {
            return;
        }
        loop {
            let due = |o: &&Owned| o.depth >= self.depth && !o.deferred;
            let due: Vec<String> =
                self.state.owned.iter().filter(due).map(|o| o.place.clone()).collect();
            if due.is_empty() {
                return;
            }
            let place = self.program.pick(&due);
            self.give(&place);
        }
    }

    /// Notes that `place`, a variable of scope `home`, owns an object from here.
    pub(super) fn own(&mut self, place: String, class: Class, null: Null, home: usize) {
        self.state.slots.retain(|slot| slot.place != place);
        let depth = if home > self.frozen { home } else { self.depth };
        self.state.owned.push(Owned {
            place,
            class,
            null,
            guard: None,
            deferred: false,
            depth,
            home,
            aliases: Vec::new(),
            children: [Null::Always; 2],
        });
    }

    /// The fields of the `Cell` at `place` may be anything valid.
    pub(super) fn unknown_children(&mut self, place: &str) {
        if let Some(index) = self.state.at(place) {
            self.state.owned[index].children = [Null::Maybe; 2];
        }
    }

    /// The object of `place` is gone; the place can be used again.
    pub(super) fn forget(&mut self, place: &str) {
        if let Some(index) = self.state.at(place) {
            let gone = self.state.owned.swap_remove(index);
            let slot =
                Slot { place: gone.place, class: gone.class, home: gone.home, is_null: false };
            self.state.slots.push(slot);
        }
    }

    /// Places of objects that can be given away or moved here.
    pub(super) fn movable(&self) -> Vec<String> {
        let free = |o: &&Owned| o.depth > self.frozen && !o.deferred;
        self.state.owned.iter().filter(free).map(|o| o.place.clone()).collect()
    }

    /// The places of objects for which `wanted` holds.
    pub(super) fn places(&self, wanted: impl Fn(&Owned) -> bool) -> Vec<String> {
        self.state.owned.iter().filter(|o| wanted(o)).map(|o| o.place.clone()).collect()
    }

    /// One of `list`, if there is one.
    pub(super) fn any(&mut self, list: &[String]) -> Option<String> {
        (!list.is_empty()).then(|| self.program.pick(list))
    }

    /// A number.
    pub(super) fn number(&mut self) -> String {
        let ints: Vec<String> = self.state.ints.iter().map(|i| i.0.clone()).collect();
        match self.program.below(3) {
            0 if !ints.is_empty() => self.program.pick(&ints),
            1 => self.program.ask(),
            _ => self.program.below(20).to_string(),
        }
    }

    /// A condition on the input or on a number that does not change.
    pub(super) fn condition(&mut self) -> String {
        let ints: Vec<String> = self.state.ints.iter().map(|i| i.0.clone()).collect();
        match self.any(&ints) {
            Some(int) if self.program.chance(40) => match self.program.below(3) {
                0 => format!("{int} == 0"),
                1 => format!("{int} > 1"),
                _ => format!("{int} != 2 && {int} < 5"),
            },
            _ => self.program.condition(),
        }
    }
}
