//! Symbol names of functions and globals in the object file.

use luma_ir::{Linkage, Module, Symbol};
use rustc_hash::{FxHashMap, FxHashSet};

/// The C functions that generated code itself calls.
pub(crate) const RUNTIME: [&str; 4] = ["malloc", "free", "printf", "raise"];

/// The symbol name of each function and global; names are unique.
pub(crate) struct Symbols {
    functions: FxHashMap<Symbol, String>,
    globals: FxHashMap<Symbol, String>,
    taken: FxHashSet<String>,
}

impl Symbols {
    /// Assigns names to all functions and globals of `module`.
    pub(crate) fn new(module: &Module) -> Self {
        let mut symbols = Self {
            functions: FxHashMap::default(),
            globals: FxHashMap::default(),
            taken: RUNTIME.iter().map(|&name| name.to_owned()).collect(),
        };
        // Those that keep their own names come first.
        for (&symbol, function) in &module.functions {
            let name = module.context.name(symbol);
            let keeps = match function.linkage {
                Linkage::External => true,
                // One that is called as the runtime is would replace it.
                Linkage::Public => !RUNTIME.contains(&name),
                Linkage::Private => name == "main",
            };
            if keeps {
                symbols.taken.insert(name.to_string());
                symbols.functions.insert(symbol, name.to_string());
            }
        }
        for &symbol in module.functions.keys() {
            if !symbols.functions.contains_key(&symbol) {
                let name = symbols.fresh(format!("luma.{}", module.context.name(symbol)));
                symbols.functions.insert(symbol, name);
            }
        }
        for &symbol in module.globals.keys() {
            let name = symbols.fresh(format!("luma.{}", module.context.name(symbol)));
            symbols.globals.insert(symbol, name);
        }
        symbols
    }

    /// A name that is not taken: `wanted`, with a number appended if necessary.
    pub(crate) fn fresh(&mut self, wanted: String) -> String {
        let mut name = wanted.clone();
        let mut count = 0;
        while !self.taken.insert(name.clone()) {
            count += 1;
            name = format!("{wanted}.{count}");
        }
        name
    }

    /// The name of a function.
    pub(crate) fn function(&self, symbol: Symbol) -> Option<&str> {
        self.functions.get(&symbol).map(String::as_str)
    }

    /// The name of a global.
    pub(crate) fn global(&self, symbol: Symbol) -> Option<&str> {
        self.globals.get(&symbol).map(String::as_str)
    }
}
