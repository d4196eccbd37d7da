//! Reduction of Luma IR.
//!
//! ```text
//! items ──▶ nests (regions, then operations, level by level) ──▶ blocks ──▶ operands
//!   ▲                                                                          │
//!   └──────────────────────── attributes ◀── signatures ◀──────────────────────┘
//! ```
//!
//! Each file is one kind of change: which targets there are, and which [`Edits`] change some of
//! them. [`rebuild`] makes the edits.

mod attributes;
mod blocks;
mod cost;
mod items;
mod nests;
mod operands;
mod rebuild;
mod signatures;
mod values;

use luma_ir::{Function, Module, Op, PrintOptions, Symbol, print_module, verify_module};
use rustc_hash::FxHashMap;

use crate::search::{Search, Subject};
use crate::{Options, Stats};
use rebuild::{Edits, rebuild};

/// The outcome of [`reduce_module`].
#[derive(Clone, Debug)]
pub struct Reduced {
    /// The smallest module the oracle accepted.
    pub module: Module,
    /// How the search went; sizes are in operations.
    pub stats: Stats,
}

/// Makes `module` small while `oracle` accepts it. Every candidate is accepted by the verifier, and
/// shares the context of `module`.
pub fn reduce_module(
    module: &Module,
    oracle: &mut dyn FnMut(&Module) -> bool,
    options: &Options,
) -> Reduced {
    let (module, stats) = Search::new(module.clone(), oracle, options).fixed_point(round);
    Reduced { module, stats }
}

/// Every kind of change once, those that take most away first.
fn round(search: &mut Search<'_, Module>) {
    items::functions(search);
    items::globals(search);
    nests::sweep(search);
    blocks::sweep(search);
    operands::sweep(search);
    signatures::sweep(search);
    attributes::sweep(search);
    items::types(search);
}

impl Subject for Module {
    fn cost(&self) -> u64 {
        cost::cost(self)
    }

    fn is_valid(&self) -> bool {
        verify_module(self).is_empty()
    }

    fn text(&self) -> String {
        print_module(self, PrintOptions::default())
    }

    fn size(&self) -> usize {
        self.op_count()
    }
}

/// Edits of several functions.
#[derive(Default)]
struct ModuleEdits {
    functions: FxHashMap<Symbol, Edits>,
}

impl ModuleEdits {
    /// The edits of one function, to add to.
    fn of(&mut self, function: Symbol) -> &mut Edits {
        self.functions.entry(function).or_default()
    }

    /// `module` with these edits; `None` if there are none.
    fn apply(&self, module: &Module) -> Option<Module> {
        if self.functions.values().all(Edits::is_empty) {
            return None;
        }
        let mut new = Module::new(module.context.clone());
        new.structs.clone_from(&module.structs);
        new.globals.clone_from(&module.globals);
        for (&name, f) in &module.functions {
            let f = match self.functions.get(&name) {
                Some(edits) if !edits.is_empty() => rebuild(&module.context, f, edits),
                _ => f.clone(),
            };
            new.functions.insert(name, f);
        }
        Some(new)
    }
}

/// An operation of a module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct At {
    function: Symbol,
    op: Op,
}

/// What `find` finds at each operation, in order.
fn operations<X>(module: &Module, mut find: impl FnMut(&Function, At, &mut Vec<X>)) -> Vec<X> {
    let mut found = Vec::new();
    for (&function, f) in &module.functions {
        f.walk(&mut |op| find(f, At { function, op }, &mut found));
    }
    found
}
