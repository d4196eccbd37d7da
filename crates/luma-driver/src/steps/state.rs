//! The state of a compilation between two steps.

use std::collections::BTreeMap;
use std::sync::Arc;

use luma_diagnostics::{FileId, SourceMap, ice};
use luma_ir::Module;
use luma_llvm::{LlvmModule, StepRunner, Target};
use luma_mlir::Session;
use luma_pass::Analyses;
use luma_pass::instrument::Ir;

use crate::levels;
use crate::options::EmitKind;

/// A program at one of the levels.
#[derive(Debug)]
pub enum State {
    /// Luma source.
    Source(FileId),
    /// Luma IR, and what is known of it.
    Luma(Box<Module>, Analyses),
    /// MLIR.
    Mlir {
        /// The module and its context.
        session: Box<Session>,
        /// Whether the conversions to the llvm dialect have begun.
        converted: bool,
    },
    /// LLVM IR for a target.
    Llvm(Box<LlvmModule>, Target),
    /// LLVM IR between single passes.
    LlvmSteps(Box<StepRunner>),
    /// Nothing: left by a failed translation.
    Nothing,
}

impl State {
    /// The kind of output, as `--emit` names it.
    pub fn kind(&self) -> EmitKind {
        match self {
            Self::Source(_) | Self::Nothing => EmitKind::Ast,
            Self::Luma(..) => EmitKind::LumaIr,
            Self::Mlir { converted: false, .. } => EmitKind::Mlir,
            Self::Mlir { converted: true, .. } => EmitKind::MlirLlvm,
            Self::Llvm(..) | Self::LlvmSteps(_) => EmitKind::LlvmIr,
        }
    }

    /// Its text; locations are shown if `locations` says so, and Luma IR is in MLIR's generic form
    /// if `generic` does.
    pub fn to_text(&self, map: &SourceMap, locations: bool, generic: bool) -> String {
        match self {
            Self::Source(file) => levels::text(map, *file).to_owned(),
            Self::Luma(module, _) => {
                let locations = locations.then_some(map);
                let options = luma_ir::PrintOptions { locations, generic, ..Default::default() };
                luma_ir::print_module(module, options)
            }
            Self::Mlir { session, .. } => {
                let options = luma_mlir::PrintOptions { debug_info: locations, generic: false };
                session.to_text(options)
            }
            Self::Llvm(module, _) => module.to_text(),
            Self::LlvmSteps(runner) => runner.module().to_text(),
            Self::Nothing => String::new(),
        }
    }

    /// The module, at the level of Luma IR.
    pub fn module(&self) -> &Module {
        match self {
            Self::Luma(module, _) => module,
            other => ice!("there is no Luma IR but {:?}", other.kind()),
        }
    }

    /// Luma IR, which a step found here takes.
    pub(super) fn luma(&mut self) -> (&mut Module, &mut Analyses) {
        match self {
            Self::Luma(module, analyses) => (module, analyses),
            other => ice!("a step over Luma IR runs on {:?}", other.kind()),
        }
    }

    /// MLIR, which a step found here takes, and whether its conversion has begun.
    pub(super) fn mlir(&mut self) -> (&mut Session, &mut bool) {
        match self {
            Self::Mlir { session, converted } => (session, converted),
            other => ice!("a step over MLIR runs on {:?}", other.kind()),
        }
    }

    /// What instruments are shown.
    pub fn show<'a>(&'a self, map: &'a SourceMap, locations: bool) -> Shown<'a> {
        Shown { state: self, map, locations, text: std::cell::OnceCell::new() }
    }
}

/// A state as instruments see it. Its text is made once, and only if one asks.
pub struct Shown<'a> {
    state: &'a State,
    map: &'a SourceMap,
    locations: bool,
    text: std::cell::OnceCell<Arc<str>>,
}

impl Shown<'_> {
    /// With the text if it has been made already.
    pub fn with_text(self, text: Option<Arc<str>>) -> Self {
        if let Some(text) = text {
            // New, so it is empty.
            let _ = self.text.set(text);
        }
        self
    }

    /// The text if it has been made.
    pub fn made_text(&self) -> Option<Arc<str>> {
        self.text.get().cloned()
    }
}

impl Ir for Shown<'_> {
    fn level(&self) -> &'static str {
        match self.state {
            State::Source(_) => "source",
            State::Luma(..) => "luma-ir",
            State::Mlir { converted: false, .. } => "mlir",
            State::Mlir { converted: true, .. } => "mlir-llvm",
            State::Llvm(..) | State::LlvmSteps(_) => "llvm-ir",
            State::Nothing => "nothing",
        }
    }

    fn extension(&self) -> &'static str {
        match self.state {
            State::Source(_) => "lx",
            State::Luma(..) => "lir",
            State::Mlir { .. } => "mlir",
            State::Llvm(..) | State::LlvmSteps(_) => "ll",
            State::Nothing => "txt",
        }
    }

    fn comment(&self) -> &'static str {
        match self.state {
            State::Llvm(..) | State::LlvmSteps(_) => ";",
            _ => "//",
        }
    }

    fn text(&self) -> Arc<str> {
        let make = || self.state.to_text(self.map, self.locations, false).into();
        self.text.get_or_init(make).clone()
    }

    fn op_counts(&self) -> BTreeMap<String, u64> {
        match self.state {
            State::Source(_) | State::Nothing => BTreeMap::new(),
            State::Luma(module, _) => luma_op_counts(module),
            State::Mlir { session, .. } => session.op_counts(),
            State::Llvm(module, _) => module.op_counts(),
            State::LlvmSteps(runner) => runner.module().op_counts(),
        }
    }
}

fn luma_op_counts(module: &Module) -> BTreeMap<String, u64> {
    // By name first: there are few names and many operations.
    let mut names: BTreeMap<luma_ir::OpName, u64> = BTreeMap::new();
    for function in module.functions.values() {
        function.walk(&mut |op| *names.entry(function.op_name(op)).or_default() += 1);
    }
    let mut dialects = BTreeMap::new();
    for (name, count) in names {
        let name: &str = &module.context.op_def(name).name;
        let dialect = name.split('.').next().unwrap_or_default();
        *dialects.entry(dialect.to_owned()).or_default() += count;
    }
    dialects
}
