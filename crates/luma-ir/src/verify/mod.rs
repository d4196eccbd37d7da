//! The verifier. What holds of every module it accepts:
//!
//! 1. **Blocks.** Every block ends with a terminator, and terminators stand nowhere else. The entry
//!    block of a region is no successor. Successors are blocks of the same region and get as many
//!    values, of the same types, as they have arguments.
//! 2. **Definitions.** Operands, results, attributes, regions and successors are as the dialect
//!    defines them, in number, kind and type, and the relations of the definition hold.
//! 3. **Dominance.** A value is used only where its definition has been executed: later in its
//!    block, in a region nested there, or in a block its block dominates. The regions of an
//!    operation are not visible from outside it.
//! 4. **Signatures.** The entry block has the parameters of the function as arguments; every
//!    `luma.return` returns its result types; calls and `luma.global_addr` name something of the
//!    module and agree with its type; struct types are defined and do not contain themselves.
//! 5. **Structure.** `luma.break` and `luma.continue` are inside a loop, and nothing jumps out of a
//!    `luma.defer`; regions of structured operations have exactly one block, and yield what their
//!    operation returns. The operands and results of a `luma.loop`, the arguments of its regions
//!    and what is yielded and handed on in it have the same types, the values the loop carries
//!    (its condition yields an `i1` before them); no other structured operation has regions with
//!    arguments. `luma.defer` stands directly in a structured region.
//! 6. **Facts.** `arg_facts` and `result_facts` of a function that has a body hold one list of known
//!    facts for each parameter and result; only those of pointers are not empty.
//! 7. **Uses.** The use list of every value names exactly the operations of the body that use it.
//!
//! Every violation is collected; none stops the rest.

mod facts;
mod luma;
mod ops;
mod ssa;

use luma_diagnostics::{Diagnostic, codes};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::context::Symbol;
use crate::entity::Op;
use crate::function::{Function, Linkage, Loc};
use crate::module::Module;
use crate::types::{Type, TypeData};

/// One broken invariant.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// The function it is in, if in one.
    pub function: Option<Symbol>,
    /// The operation it concerns, if one.
    pub op: Option<Op>,
    /// The source location.
    pub loc: Loc,
    /// The violated invariant.
    pub message: String,
}

impl Violation {
    /// As a diagnostic, code E0502.
    pub fn to_diagnostic(&self) -> Diagnostic {
        Diagnostic::new(codes::E0502, self.loc.span, self.message.clone())
    }
}

/// Every violation in `module`, in order.
pub fn verify_module(module: &Module) -> Vec<Violation> {
    let mut violations = verify_items(module);
    for function in module.functions.values() {
        violations.extend(verify_function(module, function));
    }
    violations
}

/// Every violation in one function of `module`. `function` need not be the module's own copy.
pub fn verify_function(module: &Module, function: &Function) -> Vec<Violation> {
    let mut check = Check { module, f: function, violations: Vec::new() };
    check.signature();
    facts::check(&mut check);
    if function.entry().is_some() {
        ssa::uses(&mut check);
        let order = ssa::blocks(&mut check);
        // Dominance only means something in well-formed blocks.
        if check.violations.is_empty() {
            ssa::dominance(&mut check, &order);
        }
        function.walk(&mut |op| {
            let before = check.violations.len();
            ops::check(&mut check, op);
            if check.violations.len() == before {
                luma::check(&mut check, op);
            }
        });
    }
    check.violations
}

/// What a check of one function carries.
pub(crate) struct Check<'a> {
    pub(crate) module: &'a Module,
    pub(crate) f: &'a Function,
    pub(crate) violations: Vec<Violation>,
}

impl Check<'_> {
    /// Records a violation at `op`.
    pub(crate) fn fail(&mut self, op: Op, message: impl Into<String>) {
        let name = &self.module.context.op_def(self.f.op_name(op)).name;
        self.violations.push(Violation {
            function: Some(self.f.name),
            op: Some(op),
            loc: self.f.loc(op),
            message: format!("`{name}` {}", message.into()),
        });
    }

    fn fail_function(&mut self, message: impl Into<String>) {
        let name = self.module.context.name(self.f.name);
        self.violations.push(Violation {
            function: Some(self.f.name),
            op: None,
            loc: self.f.loc,
            message: format!("function `@{name}` {}", message.into()),
        });
    }

    /// The text of a type.
    pub(crate) fn text(&self, ty: Type) -> String {
        crate::text::type_text(&self.module.context, ty)
    }

    fn signature(&mut self) {
        let f = self.f;
        for &ty in f.params.iter().chain(&f.results) {
            if !is_value(self.module, ty) {
                self.fail_function(format!(
                    "has a parameter or result of type `{}`",
                    self.text(ty)
                ));
            }
        }
        if f.results.len() > 1 {
            self.fail_function("has more than one result");
        }
        match f.entry() {
            Some(_) if f.linkage == Linkage::External => {
                self.fail_function("is external and has a body");
            }
            None if f.linkage != Linkage::External => self.fail_function("has no body"),
            None => {}
            Some(entry) => {
                let args = f.block_args(entry).iter().map(|&arg| f.value_type(arg));
                if !args.eq(f.params.iter().copied()) {
                    self.fail_function("has an entry block whose arguments are not its parameters");
                }
            }
        }
    }
}

/// Whether values of this type exist: sized, and no place.
pub(crate) fn is_value(module: &Module, ty: Type) -> bool {
    match module.context.type_data(ty) {
        TypeData::Void | TypeData::Place(_) | TypeData::Function(..) => false,
        TypeData::Array(_, element) => is_value(module, element),
        TypeData::Struct(name) => module.structs.contains_key(&name),
        _ => true,
    }
}

/// Every violation in the struct types and globals of `module`, in order.
pub fn verify_items(module: &Module) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut fail = |loc: Loc, message: String| {
        violations.push(Violation { function: None, op: None, loc, message });
    };
    let cyclic = contain_themselves(module);
    for (&name, def) in &module.structs {
        let text = module.context.name(name);
        if def.fields.is_empty() {
            fail(def.loc, format!("struct `@{text}` has no fields"));
        }
        for (&field, &ty) in &def.fields {
            if !is_value(module, ty) {
                let field = module.context.name(field);
                fail(def.loc, format!("field `{field}` of struct `@{text}` has no value type"));
            }
        }
        if cyclic.contains(&name) {
            fail(def.loc, format!("struct `@{text}` contains itself"));
        }
    }
    for (&name, global) in &module.globals {
        let text = module.context.name(name);
        if !is_value(module, global.ty) {
            fail(global.loc, format!("global `@{text}` has no value type"));
        } else if let Some(init) = &global.init
            && !luma::init_fits(module, global.ty, init)
        {
            fail(global.loc, format!("the value of global `@{text}` does not fit its type"));
        }
    }
    violations
}

/// The structs on a cycle through fields and elements, or between two cycles: what is left when those
/// are taken away that contain no other, and those that no other contains, until there are none.
fn contain_themselves(module: &Module) -> FxHashSet<Symbol> {
    let mut inside: FxHashMap<Symbol, Vec<Symbol>> = FxHashMap::default();
    let mut around: FxHashMap<Symbol, Vec<Symbol>> = FxHashMap::default();
    for (&name, def) in &module.structs {
        for &ty in def.fields.values() {
            let mut ty = ty;
            while let TypeData::Array(_, element) = module.context.type_data(ty) {
                ty = element;
            }
            if let TypeData::Struct(inner) = module.context.type_data(ty)
                && module.structs.contains_key(&inner)
            {
                inside.entry(name).or_default().push(inner);
                around.entry(inner).or_default().push(name);
            }
        }
    }
    let mut left: FxHashSet<Symbol> = module.structs.keys().copied().collect();
    for (ahead, back) in [(&inside, &around), (&around, &inside)] {
        let of = |edges: &FxHashMap<Symbol, Vec<Symbol>>, name| -> Vec<Symbol> {
            edges.get(&name).into_iter().flatten().copied().collect()
        };
        let counted =
            |name: Symbol| of(ahead, name).iter().filter(|one| left.contains(one)).count();
        let mut open: FxHashMap<Symbol, usize> =
            left.iter().map(|&name| (name, counted(name))).collect();
        let mut work: Vec<Symbol> =
            left.iter().copied().filter(|name| open.get(name) == Some(&0)).collect();
        while let Some(name) = work.pop() {
            left.remove(&name);
            for next in of(back, name) {
                if let Some(count) = open.get_mut(&next).filter(|count| **count > 0) {
                    *count -= 1;
                    if *count == 0 {
                        work.push(next);
                    }
                }
            }
        }
    }
    left
}
