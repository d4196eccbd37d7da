//! `symbol-dce`: what nobody can reach is gone from the module.
//!
//! *Before:* any module.
//!
//! *After:* every function, global and struct type that is left is public, or `@main`, or named by
//! something that is left:
//!
//! - a function, by a call of it, by any other symbol attribute, or by the initial value of a
//!   global;
//! - a prototype likewise;
//! - a global, by its address, or by the initial value of another one;
//! - a struct type, by the type of a value, of a global, of a field or in an attribute, behind
//!   however many pointers.
//!
//! Functions that only call each other go together. What is left keeps its order and is not
//! touched.

use luma_ir::{
    Attribute, Context, Function, Linkage, Module, Signature, Symbol, Type, TypeData,
    expansion_symbols,
};
use luma_pass::{ModulePass, PassContext, PassResult, Registration, Statistic, Work};
use rustc_hash::FxHashSet;

/// Removes what nobody can reach.
#[derive(Clone, Copy, Debug, Default)]
pub struct SymbolDce;

impl ModulePass for SymbolDce {
    fn run(&self, cx: &PassContext<'_>, module: &mut Module) -> PassResult {
        let Reached { symbols, structs: types, .. } = Reached::of(module);
        let [mut functions, mut prototypes, mut globals, mut structs] = [0; 4];
        let is_gone = |known: &FxHashSet<Symbol>, name: Symbol, count: &mut usize| {
            let gone = !known.contains(&name);
            *count += usize::from(gone);
            gone
        };
        module.functions.retain(|&name, f| {
            let is_prototype = f.entry().is_none();
            let count = if is_prototype { &mut prototypes } else { &mut functions };
            !is_gone(&symbols, name, count)
        });
        module.globals.retain(|&name, _| !is_gone(&symbols, name, &mut globals));
        module.structs.retain(|&name, _| !is_gone(&types, name, &mut structs));
        cx.count(&FUNCTIONS, functions);
        cx.count(&PROTOTYPES, prototypes);
        cx.count(&GLOBALS, globals);
        cx.count(&STRUCTS, structs);
        Ok((functions + prototypes + globals + structs > 0).into())
    }
}

/// What the roots lead to.
struct Reached<'a> {
    module: &'a Module,
    context: &'a Context,
    /// Functions and globals, which share one space of names.
    symbols: FxHashSet<Symbol>,
    structs: FxHashSet<Symbol>,
    types: FxHashSet<Type>,
    /// Reached, but not looked into yet.
    pending_symbols: Vec<Symbol>,
    pending_types: Vec<Type>,
}

impl<'a> Reached<'a> {
    fn of(module: &'a Module) -> Self {
        let mut reached = Self {
            module,
            context: &module.context,
            symbols: FxHashSet::default(),
            structs: FxHashSet::default(),
            types: FxHashSet::default(),
            pending_symbols: Vec::new(),
            pending_types: Vec::new(),
        };
        let main = module.context.symbol("main");
        for (&name, f) in &module.functions {
            if f.linkage == Linkage::Public || (name == main && f.entry().is_some()) {
                reached.symbol(name);
            }
        }
        loop {
            if let Some(ty) = reached.pending_types.pop() {
                reached.look_into_type(ty);
            } else if let Some(name) = reached.pending_symbols.pop() {
                reached.look_into_symbol(name);
            } else {
                return reached;
            }
        }
    }

    fn symbol(&mut self, name: Symbol) {
        if self.symbols.insert(name) {
            self.pending_symbols.push(name);
        }
    }

    fn ty(&mut self, ty: Type) {
        if self.types.insert(ty) {
            self.pending_types.push(ty);
        }
    }

    fn attribute(&mut self, attribute: &Attribute) {
        // Attributes nest as deep as a file likes: the stack is explicit.
        let mut stack = vec![attribute];
        while let Some(attribute) = stack.pop() {
            match attribute {
                Attribute::Symbol(name) => self.symbol(*name),
                Attribute::Type(ty) | Attribute::Int(_, ty) | Attribute::Float(_, ty) => {
                    self.ty(*ty);
                }
                Attribute::Array(items) => stack.extend(items.iter()),
                Attribute::Unit | Attribute::Bool(_) | Attribute::Str(_) => {}
            }
        }
    }

    fn look_into_symbol(&mut self, name: Symbol) {
        let module = self.module;
        if let Some(global) = module.globals.get(&name) {
            self.ty(global.ty);
            if let Some(init) = &global.init {
                self.attribute(init);
            }
        }
        if let Some(f) = module.functions.get(&name) {
            self.function(f);
        }
    }

    fn function(&mut self, f: &Function) {
        for &ty in f.params.iter().chain(&f.results) {
            self.ty(ty);
        }
        for (_, attribute) in &f.attributes {
            self.attribute(attribute);
        }
        for &block in f.blocks(f.body()) {
            for &arg in f.block_args(block) {
                self.ty(f.value_type(arg));
            }
        }
        f.walk(&mut |op| {
            for &result in f.results(op) {
                self.ty(f.value_type(result));
            }
            for (_, attribute) in f.attributes(op) {
                self.attribute(attribute);
            }
            for name in expansion_symbols(self.context, f.op_name(op)) {
                self.symbol(name);
            }
            for &region in f.op_regions(op) {
                for &block in f.blocks(region) {
                    for &arg in f.block_args(block) {
                        self.ty(f.value_type(arg));
                    }
                }
            }
        });
    }

    fn look_into_type(&mut self, ty: Type) {
        match self.context.type_data(ty) {
            TypeData::Ptr(inner) | TypeData::Place(inner) | TypeData::Array(_, inner) => {
                self.ty(inner);
            }
            TypeData::Struct(name) => {
                if self.structs.insert(name)
                    && let Some(def) = self.module.structs.get(&name)
                {
                    for &field in def.fields.values() {
                        self.ty(field);
                    }
                }
            }
            TypeData::Function(id) => {
                let Signature { params, results } = self.module.context.signature(id);
                for &ty in params.iter().chain(results.iter()) {
                    self.ty(ty);
                }
            }
            TypeData::Void
            | TypeData::I1
            | TypeData::I8
            | TypeData::I64
            | TypeData::F32
            | TypeData::F64 => {}
        }
    }
}

const FUNCTIONS: Statistic = Statistic {
    name: "functions-removed",
    summary: "Functions removed because they are never called.",
};
const PROTOTYPES: Statistic = Statistic {
    name: "prototypes-removed",
    summary: "Prototypes removed because they are never called.",
};
const GLOBALS: Statistic =
    Statistic { name: "globals-removed", summary: "Globals removed because they are unreachable." };
const STRUCTS: Statistic =
    Statistic { name: "structs-removed", summary: "Struct types removed because they are unused." };

/// How the pass makes itself known.
pub(crate) static REGISTRATION: Registration = Registration {
    name: "symbol-dce",
    summary: "Removes unreachable functions, globals and struct types.",
    options: &[],
    statistics: &[FUNCTIONS, PROTOTYPES, GLOBALS, STRUCTS],
    mandatory: false,
    make: |_| Work::module(SymbolDce),
};
