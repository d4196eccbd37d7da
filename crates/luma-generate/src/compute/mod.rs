//! Programs that compute: every one ends, has no undefined behaviour, and prints what it did.
//!
//! They use what has a defined meaning, in any order and depth: wrapping arithmetic, shifts by any
//! count, conversions, structs and arrays as values, places whose parts have side effects, pointers
//! to variables, loops, switches, deferred statements, early exits.
//!
//! Why they end: loops count by a variable of their own that nothing else changes; functions call
//! earlier ones, or themselves with less fuel; and an estimate of what a call costs bounds how many
//! are made.

mod aggregate;
mod declare;
mod expr;
mod place;
mod stmt;

use crate::Choices;
use crate::tree::{Expr, Program, Ty};

/// The most that one function may cost, in statements executed.
const FUNCTION_COST: u64 = 400;
/// The most that the whole program may cost.
const PROGRAM_COST: u64 = 4_000;
/// How often a function that calls itself does so from one call from outside, at most.
const RECURSION: u64 = 16;

/// The program that `choices` make.
pub fn program(choices: &mut Choices) -> Program {
    let mut g = Gen {
        c: choices,
        program: Program::default(),
        costs: Vec::new(),
        vars: Vec::new(),
        depth: 0,
        names: 0,
        loops: Vec::new(),
        deferred: false,
        itself: None,
        result: Ty::Void,
        cost: 0,
        times: 1,
        limit: 0,
        effects: true,
    };
    g.types();
    g.globals();
    let functions = 1 + g.c.below(3);
    for _ in 0..functions {
        g.function();
    }
    g.entry();
    g.program
}

/// A variable in scope.
#[derive(Clone, Debug)]
struct Var {
    name: String,
    ty: Ty,
    /// The scope it belongs to; 1 are parameters.
    depth: usize,
    /// It may be assigned.
    writable: bool,
    /// It is at least 0 and less than this.
    below: Option<usize>,
    /// It points to so many elements.
    length: Option<usize>,
    /// The number of names when it was declared.
    born: usize,
}

/// A function that calls itself.
#[derive(Clone, Debug)]
struct Recursion {
    /// The parameter that says how deep it may go.
    fuel: String,
    params: Vec<Ty>,
    /// How many calls may still be written.
    calls: usize,
}

/// A program being made.
struct Gen<'c> {
    c: &'c mut Choices,
    program: Program,
    /// What a call of each function costs.
    costs: Vec<u64>,
    vars: Vec<Var>,
    depth: usize,
    names: usize,
    /// Depths of the loops around, as far as `break` and `continue` may reach.
    loops: Vec<usize>,
    /// Inside a deferred statement, which must not return.
    deferred: bool,
    itself: Option<Recursion>,
    result: Ty,
    /// What one call of the function costs so far.
    cost: u64,
    /// How often the statement being made is executed in one call.
    times: u64,
    limit: u64,
    /// Expressions may have side effects.
    effects: bool,
}

impl Gen<'_> {
    fn fresh(&mut self, letter: char) -> String {
        self.names += 1;
        format!("{letter}{}", self.names)
    }

    /// Declares a variable that can be assigned.
    fn declare(&mut self, name: &str, ty: &Ty) {
        self.vars.push(Var {
            name: name.to_owned(),
            ty: ty.clone(),
            depth: self.depth,
            writable: true,
            below: None,
            length: None,
            born: self.names,
        });
    }

    /// The variables in scope that no later one of the same name hides.
    fn visible(&self) -> Vec<Var> {
        let hidden = |at: usize| {
            let name = &self.vars[at].name;
            self.vars[at + 1..].iter().any(|later| later.name == *name)
        };
        (0..self.vars.len()).filter(|&at| !hidden(at)).map(|at| self.vars[at].clone()).collect()
    }

    /// Counts `cost` for each time the statement is executed; false if that is too much.
    fn pay(&mut self, cost: u64) -> bool {
        let total = self.cost + self.times * cost;
        if total > self.limit {
            return false;
        }
        self.cost = total;
        true
    }

    /// A scalar type.
    fn scalar(&mut self) -> Ty {
        match self.c.below(16) {
            0..8 => Ty::Int,
            8..10 => Ty::Byte,
            10 | 11 => Ty::Bool,
            12 | 13 => Ty::Double,
            14 => Ty::Float,
            _ => match self.program.enums.len() {
                0 => Ty::Int,
                count => Ty::Enum(self.c.below(count)),
            },
        }
    }

    /// A type of values.
    fn ty(&mut self) -> Ty {
        match self.c.below(10) {
            0..6 => self.scalar(),
            6..8 if !self.program.structs.is_empty() => {
                Ty::Struct(self.c.below(self.program.structs.len()))
            }
            _ => self.array(2),
        }
    }

    fn array(&mut self, depth: usize) -> Ty {
        let element = match self.c.below(8) {
            0 if depth > 1 => self.array(depth - 1),
            1 | 2 if !self.program.structs.is_empty() => {
                Ty::Struct(self.c.below(self.program.structs.len()))
            }
            _ => self.scalar(),
        };
        Ty::Array(Box::new(element), self.c.of([2, 3, 4, 4, 5]))
    }

    /// An expression of type `ty` without side effects.
    fn pure(&mut self, ty: &Ty, fuel: usize) -> Expr {
        let before = std::mem::replace(&mut self.effects, false);
        let e = self.expr(ty, fuel);
        self.effects = before;
        e
    }
}
