//! A program being made: its random numbers, fresh names, and the declarations so far.

use std::collections::BTreeMap;

use super::Style;
use super::body::{Body, Ends};
use super::helpers::Helper;
use super::state::{Class, Null};
use super::work::{Param, Work};
use crate::Choices;

/// What every program may refer to.
const PRELUDE: &str = "\
const ask -> fn (site: int) int;
const exit -> fn (code: int) void;
#returns_ownership
const malloc -> fn (size: int) *void;
#takes_ownership
#returns_ownership
const realloc -> fn (old: *void, size: int) *void;

const Cell -> struct { value: int, data: *int, spare: *int };
const Node -> struct { value: int, next: *Node };
const Tree -> struct { key: int, left: *Tree, right: *Tree };
const Duo -> struct { a: *int, b: *int, n: int };
const Kind -> enum { Borrowed, Owned, Nothing };
let g0: *int;
";

/// A program being made.
pub(super) struct Program {
    pub(super) rng: Choices,
    pub(super) style: Style,
    /// Lists and trees are made, too.
    pub(super) linked: bool,
    /// Finished declarations.
    pub(super) items: Vec<String>,
    /// Functions that take, give or look at objects, made when first wanted.
    pub(super) helpers: BTreeMap<Helper, Vec<String>>,
    /// Functions with bodies of random statements.
    pub(super) works: Vec<Work>,
    names: u32,
    sites: u32,
}

/// The text of a program that is correct, and the choices that are left.
pub(super) fn generate(rng: Choices, style: Style) -> (String, Choices) {
    let mut program = Program {
        rng,
        style,
        linked: true,
        items: Vec::new(),
        helpers: BTreeMap::new(),
        works: Vec::new(),
        names: 0,
        sites: 0,
    };
    let strange = style == Style::Strange;
    // A verifier does not follow linked objects one by one, so they have programs of their own.
    program.linked = !strange || program.chance(15);
    for _ in 0..program.below(if strange { 3 } else { 4 }) {
        program.work();
    }
    let mut main = Body::new(&mut program, Ends::Int);
    let count = if strange { main.program.rng.range(3, 7) } else { main.program.rng.range(4, 10) };
    main.function(count);
    let text = main.text;
    let items = program.items.join("\n");
    let text = format!("{PRELUDE}\n{items}\nconst main -> fn () int {{\n{text}}}\n");
    (text, program.rng)
}

impl Program {
    /// A number below `bound`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.rng.below(bound)
    }

    /// True in `percent` of 100 cases.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.rng.chance(percent)
    }

    /// One of `list`, which is not empty.
    pub(super) fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.rng.below(list.len())].clone()
    }

    /// The allocator to call: that of the language, or one that is known by its attributes only.
    pub(super) fn allocator(&mut self) -> &'static str {
        if self.chance(20) { "malloc" } else { "alloc" }
    }

    /// A name nobody has.
    pub(super) fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    /// An input: 0 to 3 in the runs.
    pub(super) fn ask(&mut self) -> String {
        self.sites += 1;
        format!("ask({})", self.sites)
    }

    /// A condition on the input.
    pub(super) fn condition(&mut self) -> String {
        let ask = self.ask();
        match self.below(5) {
            0 => format!("{ask} == 0"),
            1 => format!("{ask} > 1"),
            2 => format!("({ask} & 1) != 0"),
            3 => format!("!({ask} < 2)"),
            _ => format!("{ask} != 2"),
        }
    }

    /// A class; the simple one most often.
    pub(super) fn class(&mut self) -> Class {
        let choice = self.below(10);
        if !self.linked {
            return if choice < 8 { Class::Plain } else { Class::Cell };
        }
        match choice {
            0..5 => Class::Plain,
            5..7 => Class::Cell,
            7..9 => Class::List,
            _ => Class::Tree,
        }
    }

    /// Declares a function of random statements.
    fn work(&mut self) {
        let name = self.name("work");
        let ends = match self.below(8) {
            0..2 => Ends::Void,
            2..5 => Ends::Int,
            5..7 => Ends::Owned(self.class(), self.chance(40)),
            _ => Ends::Duo,
        };
        let mut params = Vec::new();
        for _ in 0..self.below(4) {
            params.push((
                self.name("a"),
                match self.below(4) {
                    0 => Param::Number,
                    1 => Param::Borrowed(self.class()),
                    _ => Param::Taken(self.class()),
                },
            ));
        }
        let fuel = self.chance(35).then(|| self.name("fuel"));
        let work = Work { name, params, ends, fuel };
        let header = work.header(self);
        let mut body = Body::new(self, work.ends);
        for (name, param) in &work.params {
            match *param {
                Param::Number => body.state.ints.push((name.clone(), 1)),
                Param::Borrowed(class) => body.state.borrowed.push((name.clone(), class)),
                Param::Taken(class) => {
                    let null = if class == Class::Plain { Null::Never } else { Null::Maybe };
                    body.own(name.clone(), class, null, 1);
                    if class == Class::Cell {
                        body.unknown_children(name);
                    }
                }
            }
        }
        body.itself = work.fuel.is_some().then(|| work.clone());
        let most = if body.program.style == Style::Strange { 4 } else { 7 };
        let count = body.program.rng.range(2, most);
        body.function(count);
        let text = body.text;
        self.items.push(format!("{header} {{\n{text}}}\n"));
        self.works.push(work);
    }
}
