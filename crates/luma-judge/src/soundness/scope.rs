//! The state of the generator.

use super::places::{Place, Places, Ty, Val};

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Param {
    /// `int`, by which recursion ends.
    Fuel,
    /// `int`
    Int,
    /// Borrowed.
    Lend(Ty),
    /// Taken; may be null if so said.
    Take(Ty, bool),
    /// `*Pair`, of which both fields own or are null, now and afterwards.
    Fields,
    /// `**int`, which gets an object or null.
    Out,
}

/// A result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ret {
    /// `void`
    Nothing,
    /// `int`
    Int,
    /// An object, or null if so said.
    Own(Ty, bool),
    /// A `Pair`, each field of which owns or is null.
    Pair,
    /// The first parameter, borrowed.
    Lend,
}

/// A function that can be called.
#[derive(Clone, Debug)]
pub(super) struct Sig {
    pub(super) name: String,
    pub(super) params: Vec<Param>,
    pub(super) ret: Ret,
    /// It calls itself or a later one: the fuel must go down.
    pub(super) recursive: bool,
}

/// A loop being made: what must hold at its head.
#[derive(Clone, Debug)]
pub(super) struct Round {
    pub(super) depth: u32,
    pub(super) entry: Places,
}

/// Makes the body of one function after another.
#[derive(Debug)]
pub(super) struct Gen<'r> {
    pub(super) rng: &'r mut fastrand::Rng,
    pub(super) site: u32,
    pub(super) name: u32,
    pub(super) object: u32,
    pub(super) sigs: Vec<Sig>,
    /// The function being made, which may be called with less fuel.
    pub(super) fuel: bool,
    pub(super) places: Places,
    /// `c3` and the depth of its block.
    pub(super) flags: Vec<(u32, u32)>,
    pub(super) ints: Vec<(String, u32)>,
    /// Variables of type `Pair`.
    pub(super) pairs: Vec<(String, u32)>,
    pub(super) depth: u32,
    pub(super) rounds: Vec<Round>,
    pub(super) params: Vec<Param>,
    pub(super) ret: Ret,
    pub(super) budget: i32,
    /// There is `free_list`, and lists of unknown length.
    pub(super) lists: bool,
}

pub(super) fn null(ty: Ty) -> String {
    format!("cast<{}>(0)", ty.text())
}

impl Gen<'_> {
    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.rng.u32(0..100) < percent
    }

    pub(super) fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        if from.is_empty() { None } else { from.get(self.rng.usize(0..from.len())).cloned() }
    }

    pub(super) fn fresh(&mut self, letter: char) -> String {
        self.name += 1;
        format!("{letter}{}", self.name)
    }

    pub(super) fn fresh_object(&mut self) -> u32 {
        self.object += 1;
        self.object
    }

    /// `ask(7)`, a site never used before.
    pub(super) fn ask(&mut self) -> String {
        self.site += 1;
        format!("ask({})", self.site)
    }

    /// A condition on a new input.
    pub(super) fn question(&mut self) -> String {
        let ask = self.ask();
        match self.rng.u32(0..5) {
            0 => format!("{ask} == 1"),
            1 => format!("{ask} != 0"),
            2 => format!("{ask} > 1"),
            _ => format!("0 == {ask}"),
        }
    }

    pub(super) fn int(&mut self) -> String {
        let ints = self.ints.clone();
        match self.pick(&ints) {
            Some((name, _)) if self.chance(30) => name,
            _ => self.rng.u32(0..9).to_string(),
        }
    }

    /// Places for which `want` holds.
    pub(super) fn those(&self, want: impl Fn(&Place) -> bool) -> Vec<Place> {
        self.places.0.iter().filter(|place| want(place)).cloned().collect()
    }

    pub(super) fn declare(&mut self, path: &str, ty: Ty, val: Val) {
        let place = Place { path: path.into(), ty, val, depth: self.depth };
        self.places.0.push(place);
    }
}
