//! What every step of a plan has in common, whatever world it works in.

use std::fmt;
use std::path::PathBuf;

use luma_diagnostics::{Diagnostic, SourceFile, SourceMap};
use luma_mlir::DebugInfo;
use luma_pass::instrument::{Outcome, World};

use super::{SideEffects, State};
use crate::dialects::Dialects;
use crate::extension::Registry;
use crate::input::Input;
use crate::levels::Product;
use crate::options::EmitKind;

/// One step of a plan. Code that works on steps decides by these properties, never by the name of a
/// step or its text.
pub trait Step: fmt::Debug {
    /// The name of its pass, without options: `simplifycfg`. Users select steps by it.
    fn name(&self) -> &str;

    /// Where it works. A translation from one world to the next belongs to the next.
    fn world(&self) -> World {
        match self.leaves() {
            Some(EmitKind::Ast | EmitKind::LumaIr) => World::Luma,
            Some(EmitKind::Mlir | EmitKind::MlirLlvm) => World::Mlir,
            _ => World::Llvm,
        }
    }

    /// Its text in a pipeline of its world, with nesting and options:
    /// `function(simplifycfg<keep-loops>)`.
    fn text(&self) -> &str {
        self.name()
    }

    /// What it does, in one sentence; empty if that is not known.
    fn summary(&self) -> &str;

    /// Whether no later step works without it, so that it cannot be skipped.
    fn is_mandatory(&self) -> bool {
        true
    }

    /// The level of what it runs on.
    fn takes(&self) -> EmitKind;

    /// The level of what it leaves; `None` if no step can follow.
    fn leaves(&self) -> Option<EmitKind>;

    /// What puts it into a plan.
    fn origin(&self) -> Origin {
        Origin::Levels
    }

    /// Whether it only reports, and leaves what it was given.
    fn is_check(&self) -> bool {
        false
    }

    /// Whether the interpreter can run what it leaves but perhaps not what it takes: it replaces
    /// operations that a dialect defines in terms of others.
    fn makes_executable(&self) -> bool {
        false
    }

    /// The command of LLVM's or MLIR's own tools that does the same to a file, whose name follows;
    /// `None` if it is lumac's. Shows whose fault a crash is.
    fn stock_command(&self) -> Option<String> {
        None
    }

    /// Runs the step. `state` is at the level that [`takes`](Self::takes) says.
    ///
    /// # Errors
    ///
    /// Why it failed; details are among the diagnostics of `made`. `state` is then unspecified.
    fn run(&self, cx: &Cx<'_>, state: &mut State, made: &mut Made) -> Result<Outcome, Cause>;
}

/// What puts a step into a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The levels of input and output.
    Levels,
    /// The pipeline of its world, which contains its text.
    Pipeline,
    /// The option of this name, which gives this file.
    File(&'static str, PathBuf),
}

/// What steps make beside the state.
#[derive(Debug, Default)]
pub struct Made {
    /// What was emitted, in the order it was made.
    pub products: Vec<Product>,
    /// Everything wrong or noteworthy, in order.
    pub diagnostics: Vec<Diagnostic>,
}

/// Why a step failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// Something is wrong with the program or the environment.
    Program,
    /// The step did something wrong, or left something invalid: in one line, what.
    Defect(String),
    /// The step panicked, or recorded internal compiler errors: in one line, the first of them.
    Internal(String),
}

/// What running a plan depends on beside the plan.
#[derive(Clone, Copy, Debug)]
pub struct Cx<'a> {
    /// The files that were read.
    pub map: &'a SourceMap,
    /// The program.
    pub input: Input,
    /// The registry, which has the lowerings of extensions.
    pub registry: &'a Registry,
    /// The dialects that Luma IR is read with.
    pub dialects: &'a Dialects,
    /// Optimisation level.
    pub level: luma_llvm::OptLevel,
    /// The target triple; the input's or the host's if there is none.
    pub target: Option<&'a str>,
    /// Whether to verify after every step; if not said, Luma passes in debug builds, and MLIR
    /// passes asked for by name.
    pub verify_each: Option<bool>,
    /// For function passes; 0 is one for each core.
    pub threads: usize,
    /// Show locations in text.
    pub locations: bool,
    /// Print Luma IR in MLIR's generic form where it is emitted.
    pub generic: bool,
    /// Which side effects transform scripts may have.
    pub side_effects: SideEffects,
}

impl Cx<'_> {
    /// The input as the user named it.
    pub(super) fn input_name(&self) -> &str {
        self.map.file(self.input.file).map_or("<unknown>", SourceFile::name)
    }

    /// How the compile unit is described to debuggers.
    pub(super) fn debug_info(&self) -> DebugInfo {
        let directory = std::env::current_dir().unwrap_or_default();
        DebugInfo {
            file: self.input_name().to_owned(),
            directory: directory.display().to_string(),
            producer: format!("lumac {}", crate::options::version()),
            optimized: self.level != luma_llvm::OptLevel::O0,
        }
    }

    /// Options for passes over Luma IR.
    pub(super) fn pass_options(&self) -> luma_pass::RunOptions {
        let mut options = luma_pass::RunOptions { threads: self.threads, ..Default::default() };
        options.verify_each = self.verify_each.unwrap_or(options.verify_each);
        options
    }
}
