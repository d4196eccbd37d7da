//! Modules of IR, built operation by operation.
//!
//! [`module`] makes anything the verifier accepts: operations of all kinds, structured operations that
//! carry values, graphs of blocks, odd names, strings and constants. [`program`] makes modules that
//! can be run as well: their `main` prints what it computes, and branches on what `ask` answers.

mod body;
mod items;
mod ops;

use std::sync::Arc;

use luma_diagnostics::{FileId, Span};
use luma_ir::{Function, Linkage, Loc, Module, Origin, Type};

use crate::Choices;
use body::Gen;

/// Where everything is said to be from.
const LOC: Loc = Loc { span: Span::new(FileId(0), 0, 0), origin: Origin::SOURCE };

/// What a program does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// Many operations one after the other, so that they find each other.
    Straight,
    /// Everything, all of it with a meaning, integer divisions by zero included.
    Defined,
    /// Also variables that have no value when they are read, and `luma.unreachable`.
    Any,
}

/// What is made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// To be looked at.
    Valid,
    /// To be run.
    Run(Style),
}

impl Purpose {
    fn runs(self) -> bool {
        self != Self::Valid
    }
}

/// A module made of choices. Valid, whatever they are.
pub fn module(c: &mut Choices) -> Module {
    let mut module = items::module(c, Purpose::Valid);
    let context = Arc::clone(&module.context);
    // Prototypes first, so that bodies can call anything.
    for index in 0..1 + c.below(3) {
        let params: Vec<Type> = (0..c.below(4)).map(|_| items::value_type(c, &module, 2)).collect();
        let results: Vec<Type> =
            (0..c.below(2)).map(|_| items::value_type(c, &module, 2)).collect();
        let name = context.symbol(&format!("f{}{index}", c.of(["", ".", "=> ", "→"])));
        let mut f = Function::new(name, params, results, LOC);
        f.linkage = c.of([Linkage::Private, Linkage::Public, Linkage::External]);
        for _ in 0..c.below(3) {
            let name = context.symbol(c.of(["note", "x.y", "n$", "a b", "unit"]));
            if f.attribute(name).is_none() {
                f.attributes.push((name, items::attribute(c, &module, 2)));
            }
        }
        module.functions.insert(name, f);
    }
    for index in 0..module.functions.len() {
        let f = module.functions[index].clone();
        if f.linkage != Linkage::External {
            module.functions[index] = Gen::new(c, &module, f, Purpose::Valid).body();
        }
    }
    module
}

/// A module that can be run: what it prints, how it ends and which trap stops it is the same each time
/// it is given the same answers. It may run for ever, and reads of undefined variables trap.
pub fn program(c: &mut Choices, style: Style) -> Module {
    let purpose = Purpose::Run(style);
    let mut module = items::module(c, purpose);
    let context = Arc::clone(&module.context);
    let name = context.symbol("ask");
    let mut ask = Function::new(name, vec![Type::I64], vec![Type::I64], LOC);
    ask.linkage = Linkage::External;
    module.functions.insert(name, ask);
    let functions = if style == Style::Straight { 0 } else { c.below(5) };
    // Functions call those before them.
    for index in 0..=functions {
        let name =
            context.symbol(&if index == functions { "main".into() } else { format!("f{index}") });
        let mut f = match index == functions {
            true => Function::new(name, Vec::new(), vec![Type::I64], LOC),
            false => {
                let params: Vec<Type> =
                    (0..c.below(3)).map(|_| items::run_type(c, &module, 1)).collect();
                let results = (0..c.below(4).min(1)).map(|_| items::run_type(c, &module, 1));
                let results: Vec<Type> = results.collect();
                Function::new(name, params, results, LOC)
            }
        };
        f.linkage = if index == functions { Linkage::Public } else { Linkage::Private };
        let f = Gen::new(c, &module, f, purpose).body();
        module.functions.insert(name, f);
    }
    module
}
