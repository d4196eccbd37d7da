//! What values and blocks are called in the text of a function.
//!
//! A value with a name is called that, with a number behind it where another value has the name; one
//! without is numbered. Names are handed out in the order of the text. No text is made for a name
//! that is a number or a symbol.

use std::fmt::Write as _;

use rustc_hash::{FxHashMap, FxHashSet};

use super::print::is_suffix;
use crate::context::{Context, Symbol};
use crate::entity::{Block, Entity, Region, Value};
use crate::function::Function;

#[derive(Clone, Copy, Debug)]
enum Name {
    /// Of a value that is not attached.
    Unknown,
    Number(u32),
    Symbol(Symbol),
    /// `name_1`
    Suffixed(Symbol, u32),
}

/// The names of one function.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// By index of the value.
    values: Vec<Name>,
    /// By index of the block.
    blocks: Vec<u32>,
    taken: Taken,
    next_fresh: u32,
}

/// The names that are taken.
#[derive(Debug, Default)]
struct Taken {
    symbols: FxHashSet<Symbol>,
    /// Those with a number behind them.
    suffixed: FxHashSet<Box<str>>,
}

impl Taken {
    /// Takes a name, if it is free.
    fn symbol(&mut self, context: &Context, name: Symbol) -> bool {
        let is_free = self.suffixed.is_empty() || !self.suffixed.contains(context.name(name));
        is_free && self.symbols.insert(name)
    }

    /// Takes a name that need not be a symbol, if it is free.
    fn text(&mut self, context: &Context, name: &str) -> bool {
        let symbol = context.find_symbol(name);
        symbol.is_none_or(|symbol| !self.symbols.contains(&symbol))
            && self.suffixed.insert(name.into())
    }
}

impl Names {
    /// The names of everything in `f`.
    pub(super) fn of(context: &Context, f: &Function) -> Self {
        let mut names = Self {
            values: vec![Name::Unknown; f.value_count()],
            blocks: vec![0; f.block_capacity()],
            ..Self::default()
        };
        let mut namer =
            Namer { context, f, suffixes: FxHashMap::default(), next_value: 0, next_block: 1 };
        namer.region(&mut names, f.body());
        f.walk(&mut |op| {
            for &result in f.results(op) {
                namer.value(&mut names, result);
            }
            for &region in f.op_regions(op) {
                namer.region(&mut names, region);
            }
        });
        names
    }

    /// Writes the name of `value`, without the `%`.
    pub(super) fn write(&self, context: &Context, value: Value, out: &mut String) {
        let written = match self.values.get(value.index()).copied().unwrap_or(Name::Unknown) {
            Name::Unknown => out.write_str("?"),
            Name::Number(number) => write!(out, "{number}"),
            Name::Symbol(name) => out.write_str(context.name(name)),
            Name::Suffixed(name, number) => write!(out, "{}_{number}", context.name(name)),
        };
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
    }

    /// The name of `value`, without the `%`; empty if it is not attached.
    pub(super) fn text(&self, context: &Context, value: Value) -> String {
        let mut text = String::new();
        if !matches!(self.values.get(value.index()), None | Some(Name::Unknown)) {
            self.write(context, value, &mut text);
        }
        text
    }

    /// The number in the label of a block; 0 for an entry block that needs no label.
    pub(super) fn block(&self, block: Block) -> u32 {
        self.blocks.get(block.index()).copied().unwrap_or(0)
    }

    /// A name nothing has.
    pub(super) fn fresh(&mut self, context: &Context, base: &str) -> String {
        loop {
            self.next_fresh += 1;
            let name = format!("{base}_{}", self.next_fresh);
            if self.taken.text(context, &name) {
                return name;
            }
        }
    }
}

struct Namer<'a> {
    context: &'a Context,
    f: &'a Function,
    /// The next number to try behind a name, so that a thousand `%x` stay linear.
    suffixes: FxHashMap<Symbol, u32>,
    next_value: u32,
    next_block: u32,
}

impl Namer<'_> {
    fn region(&mut self, names: &mut Names, region: Region) {
        let f = self.f;
        for (i, &block) in f.blocks(region).iter().enumerate() {
            if i > 0 || (f.region_op(region).is_some() && !f.block_args(block).is_empty()) {
                names.blocks[block.index()] = self.next_block;
                self.next_block += 1;
            }
            for &arg in f.block_args(block) {
                self.value(names, arg);
            }
        }
    }

    fn value(&mut self, names: &mut Names, value: Value) {
        let hint = self.f.value_name(value).filter(|&name| is_suffix(self.context.name(name)));
        names.values[value.index()] = match hint {
            None => {
                self.next_value += 1;
                Name::Number(self.next_value - 1)
            }
            Some(name) if names.taken.symbol(self.context, name) => Name::Symbol(name),
            Some(name) => loop {
                let number = self.suffixes.entry(name).or_insert(0);
                *number += 1;
                let number = *number;
                let text = format!("{}_{number}", self.context.name(name));
                if names.taken.text(self.context, &text) {
                    break Name::Suffixed(name, number);
                }
            },
        };
    }
}
