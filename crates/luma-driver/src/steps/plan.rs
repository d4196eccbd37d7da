//! Plans: the steps of a compilation, in order.

use std::path::PathBuf;

use luma_llvm::{Target, TargetOptions};
use luma_mlir::{Lowering, lowering_steps};
use luma_pass::instrument::{Selector, StepInfo, World};
use luma_pass::{Pipeline, Registration, parse_pipeline};

use super::llvm::{Codegen, LlvmPass, LlvmPipeline, Translate};
use super::luma::{FrontEnd, LowerExtensions, LumaPass, VerifyOwnership};
use super::mlir::{Convert, ConvertAll, LowerToMlir, MlirPass, Script, ScriptKind, TestAbort};
use super::step::{Origin, Step};
use super::{SideEffects, side_effects, text};
use crate::extension::Registry;
use crate::input::Level;
use crate::levels::Verify;
use crate::options::EmitKind;

/// What a plan depends on.
#[derive(Clone, Copy)]
pub struct PlanOptions<'a> {
    /// The level of the input.
    pub from: Level,
    /// What to make, in the order of the levels.
    pub emit: &'a [EmitKind],
    /// Whether the program must have a `main`.
    pub needs_main: bool,
    /// Optimisation level.
    pub level: luma_llvm::OptLevel,
    /// Instead of the built-in pipelines of `level`.
    pub luma_passes: Option<&'a str>,
    /// Passes of MLIR to run before the conversion to the llvm dialect.
    pub mlir_passes: Option<&'a str>,
    /// Files with patterns in the `pdl` dialect, to apply after `mlir_passes`.
    pub patterns: &'a [PathBuf],
    /// Files with transform scripts, to run after `patterns`.
    pub transform: &'a [PathBuf],
    /// Instead of the LLVM pipeline of `level`.
    pub llvm_passes: Option<&'a str>,
    /// Whether to make debug information.
    pub debug_info: bool,
    /// The target triple; the input's or the host's if there is none.
    pub target: Option<&'a str>,
    /// Whether ownership is verified, and how.
    pub verify_ownership: Option<Verify>,
    /// Granularity of the steps.
    pub granularity: Granularity,
    /// The Luma passes and lowerings there are.
    pub registry: &'a Registry,
    /// Whether `test-abort` is a pass of MLIR.
    pub test_passes: bool,
    /// Which side effects the passes that are named may have.
    pub side_effects: SideEffects,
}

/// Granularity of the steps of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granularity {
    /// Every pass is a step.
    Single,
    /// What can be done at once is one step: faster, and the same result.
    Batched,
}

/// The numbered steps, and what is emitted between them.
#[derive(Debug, Default)]
pub struct Plan {
    /// In the order they run.
    pub steps: Vec<PlannedStep>,
    /// What is emitted, with the index of the step before which it is emitted (the number of steps
    /// means the end).
    pub emits: Vec<(usize, EmitKind)>,
    /// Whether to emit the final state, at whatever level.
    pub stopped: bool,
    /// Whether the program must have a `main`.
    pub needs_main: bool,
}

/// One step and its place.
#[derive(Debug)]
pub struct PlannedStep {
    /// As users see it.
    pub info: StepInfo,
    /// A one-sentence description.
    pub step: Box<dyn Step>,
}

impl Plan {
    /// The plan for `options`.
    ///
    /// # Errors
    ///
    /// A message that says what is wrong with a pipeline or the target. This is wrong usage.
    pub fn new(options: &PlanOptions<'_>) -> Result<Self, String> {
        let last = options.emit.last().copied().unwrap_or(EmitKind::Exe);
        let mut plan = Self {
            steps: Vec::new(),
            emits: Vec::new(),
            stopped: false,
            needs_main: options.needs_main,
        };
        // Pipelines that will not be reached are checked, too.
        let luma = luma_pipeline(options)?;
        let mlir = mlir_pipeline(options)?;
        let llvm = llvm_pipeline(options, last >= EmitKind::LlvmIr)?;
        if options.patterns.iter().chain(options.transform).any(|path| path.as_os_str() == "-") {
            return Err("`--patterns` and `--transform` take files, not standard input".into());
        }
        // Whether no step comes between the translation of Luma IR to MLIR and the conversions.
        let untouched = options.from <= Level::LumaIr
            && mlir.is_empty()
            && options.patterns.is_empty()
            && options.transform.is_empty();
        if options.from == Level::Source {
            plan.emit(options, EmitKind::Ast);
        }
        if options.from <= Level::LumaIr {
            plan.luma(options, luma, last);
        }
        if options.from <= Level::Mlir && last >= EmitKind::Mlir {
            plan.mlir(options, mlir);
            plan.emit(options, EmitKind::Mlir);
        }
        if options.from <= Level::Mlir && last >= EmitKind::MlirLlvm {
            plan.conversions(options, untouched);
            plan.emit(options, EmitKind::MlirLlvm);
        }
        if options.from <= Level::Mlir && last >= EmitKind::LlvmIr {
            plan.push(Translate);
        }
        if last >= EmitKind::LlvmIr {
            plan.llvm(options, llvm);
            plan.emit(options, EmitKind::LlvmIr);
        }
        let below = [EmitKind::Asm, EmitKind::Obj, EmitKind::Exe];
        let code: Vec<EmitKind> = below.into_iter().filter(|k| options.emit.contains(k)).collect();
        if !code.is_empty() {
            plan.push(Codegen(code));
        }
        Ok(plan)
    }

    /// Stops after the first step that `which` means, and emits the state after it.
    ///
    /// # Errors
    ///
    /// A message: no such step.
    pub fn stop_after(&mut self, which: &Selector) -> Result<(), String> {
        self.check(which)?;
        if let Some(index) = self.steps.iter().position(|step| which.selects(&step.info)) {
            self.steps.truncate(index + 1);
        }
        self.emits.clear();
        self.stopped = true;
        Ok(())
    }

    /// What the last step leaves, as `--emit` calls it; `None` after code generation.
    pub fn left(&self) -> Option<EmitKind> {
        self.steps.last()?.step.leaves()
    }

    /// Whether `which` means a step.
    ///
    /// # Errors
    ///
    /// A message: no such step.
    pub fn check(&self, which: &Selector) -> Result<(), String> {
        if self.steps.iter().any(|step| which.selects(&step.info)) {
            return Ok(());
        }
        let names = self.steps.iter().map(|step| step.info.name.as_str());
        Err(match which {
            Selector::Number(number) => {
                let count = self.steps.len();
                format!("step number {number} is out of range; the pipeline has {count} steps")
            }
            Selector::Name(name) => match luma_diagnostics::closest(name, names) {
                Some(like) => {
                    format!("unknown step `{name}`; the pipeline has a step `{like}`")
                }
                None => format!("unknown step `{name}`; `--print-pipeline` lists the steps"),
            },
        })
    }

    /// The first mandatory step that `which` means.
    pub fn mandatory(&self, which: &Selector) -> Option<&StepInfo> {
        let mut infos = self.steps.iter().map(|step| &step.info);
        infos.find(|info| info.mandatory && which.selects(info))
    }

    /// The list as `--print-pipeline` shows it.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        for PlannedStep { info, .. } in &self.steps {
            let kind = if info.mandatory { "mandatory" } else { "optional" };
            let (number, world) = (info.number, info.world);
            out += &format!("{number:>4}  {world:<5} {kind:<10} {}\n", info.text);
            if !info.summary.is_empty() {
                out += &format!("{:>23}{}\n", "", info.summary);
            }
        }
        out
    }

    /// The pipelines of a world that remain from the step at `index` on, without steps that `allow`
    /// refuses; in the syntax of the world.
    pub fn remaining(
        &self,
        index: usize,
        world: World,
        allow: &dyn Fn(&StepInfo) -> bool,
    ) -> String {
        let rest = self.rest(index, allow).filter(|planned| {
            planned.info.world == world && planned.step.origin() == Origin::Pipeline
        });
        rest.map(|planned| planned.info.text.as_str()).collect::<Vec<_>>().join(",")
    }

    /// The files that put steps into the plan which remain from the step at `index` on, without
    /// steps that `allow` refuses; each with the name of the option that gives it.
    pub fn remaining_files(
        &self,
        index: usize,
        allow: &dyn Fn(&StepInfo) -> bool,
    ) -> Vec<(&'static str, PathBuf)> {
        self.rest(index, allow)
            .filter_map(|planned| match planned.step.origin() {
                Origin::File(option, path) => Some((option, path)),
                Origin::Levels | Origin::Pipeline => None,
            })
            .collect()
    }

    fn rest(
        &self,
        index: usize,
        allow: &dyn Fn(&StepInfo) -> bool,
    ) -> impl Iterator<Item = &PlannedStep> {
        let rest = self.steps.iter().skip(index);
        rest.filter(|planned| planned.info.mandatory || allow(&planned.info))
    }

    fn luma(&mut self, options: &PlanOptions<'_>, pipeline: Pipeline, last: EmitKind) {
        if options.from == Level::Source && last >= EmitKind::LumaIr {
            self.push(FrontEnd { needs_main: self.needs_main });
        }
        if let Some(how) = options.verify_ownership
            && last >= EmitKind::LumaIr
        {
            self.push(VerifyOwnership(how));
        }
        // Luma IR is what the front end makes, unless passes are asked for by name.
        let before = options.luma_passes.is_none();
        if before {
            self.emit(options, EmitKind::LumaIr);
        }
        if last < EmitKind::LumaIr || last == EmitKind::LumaIr && before {
            return;
        }
        let lowered_by_extensions = options.registry.has_lowerings();
        let missing = missing(&pipeline, options.registry.passes(), lowered_by_extensions);
        for step in pipeline.steps {
            self.push(LumaPass::new(step));
        }
        if !before {
            self.emit(options, EmitKind::LumaIr);
        }
        if last == EmitKind::LumaIr {
            return;
        }
        if options.registry.has_lowerings() {
            self.push(LowerExtensions);
        }
        for step in missing {
            self.push(LumaPass::new(step));
        }
        self.push(LowerToMlir { debug_info: options.debug_info });
    }

    fn mlir(&mut self, options: &PlanOptions<'_>, passes: Vec<text::Single>) {
        for text::Single { name, text } in passes {
            match name.as_str() {
                TestAbort::NAME if options.test_passes => self.push(TestAbort),
                _ => self.push(MlirPass { name, text }),
            }
        }
        for path in options.patterns {
            self.push(Script::new(ScriptKind::Patterns, path));
        }
        for path in options.transform {
            self.push(Script::new(ScriptKind::Transform, path));
        }
    }

    /// `untouched` says whether MLIR is as Luma IR was translated to it, which needs fewer steps.
    fn conversions(&mut self, options: &PlanOptions<'_>, untouched: bool) {
        let lowering = Lowering { debug_info: options.debug_info };
        match options.granularity {
            Granularity::Batched => self.push(ConvertAll(lowering)),
            Granularity::Single => lowering_steps(lowering)
                .filter(|step| !untouched || step.is_for_luma())
                .for_each(|step| self.push(Convert(step))),
        }
    }

    fn llvm(&mut self, options: &PlanOptions<'_>, passes: Vec<text::Single>) {
        let pipeline = options.llvm_passes.unwrap_or(options.level.pipeline());
        let aggressive = text::is_aggressive(pipeline);
        for text::Single { name, text } in passes {
            match options.granularity {
                Granularity::Single => self.push(LlvmPass { name, text, aggressive }),
                Granularity::Batched => self.push(LlvmPipeline(text)),
            }
        }
    }

    fn push(&mut self, step: impl Step + 'static) {
        let info = StepInfo {
            number: self.steps.len() + 1,
            world: step.world(),
            name: step.name().to_owned(),
            text: step.text().to_owned(),
            summary: step.summary().to_owned(),
            mandatory: step.is_mandatory(),
        };
        self.steps.push(PlannedStep { info, step: Box::new(step) });
    }

    /// Emits `kind` here, if it is asked for.
    fn emit(&mut self, options: &PlanOptions<'_>, kind: EmitKind) {
        if options.emit.contains(&kind) {
            self.emits.push((self.steps.len(), kind));
        }
    }
}

/// The mandatory passes that `pipeline` does not run, in the order of the built-in pipeline. A pass
/// that an extension registered in place of a built-in one counts as that. The last of them
/// establishes what the lowering to MLIR accepts, so it is missing unless nothing runs after it.
fn missing(
    pipeline: &Pipeline,
    registry: &luma_pass::Registry,
    lowered_by_extensions: bool,
) -> Vec<luma_pass::Step> {
    let is = |step: &luma_pass::Step, own: &'static Registration| {
        let registered = registry.get(own.name).unwrap_or(own);
        std::ptr::eq(step.registration, own) || std::ptr::eq(step.registration, registered)
    };
    let own: Vec<&'static Registration> =
        luma_opt::pipeline(0).steps.into_iter().map(|step| step.registration).collect();
    let Some((&closing, others)) = own.split_last() else { return Vec::new() };
    let mut missing: Vec<&'static Registration> = others
        .iter()
        .copied()
        .filter(|pass| pass.mandatory && !pipeline.steps.iter().any(|step| is(step, pass)))
        .collect();
    let closed = pipeline.steps.last().is_some_and(|step| is(step, closing));
    if !closed || !missing.is_empty() || lowered_by_extensions {
        missing.push(closing);
    }
    let registered = |pass: &'static Registration| registry.get(pass.name).unwrap_or(pass);
    missing.into_iter().map(|pass| luma_pass::Step::new(registered(pass))).collect()
}

fn luma_pipeline(options: &PlanOptions<'_>) -> Result<Pipeline, String> {
    match options.luma_passes {
        Some(text) => parse_pipeline(text, options.registry.passes())
            .map_err(|error| format!("`--luma-passes`: {}", error.render(text))),
        None => Ok(luma_opt::pipeline(options.level as u8)),
    }
}

fn mlir_pipeline(options: &PlanOptions<'_>) -> Result<Vec<text::Single>, String> {
    let Some(given) = options.mlir_passes else { return Ok(Vec::new()) };
    side_effects::check_mlir(given, options.side_effects)
        .map_err(|why| format!("`--mlir-passes`: {why}"))?;
    let passes =
        text::mlir(given).map_err(|error| format!("`--mlir-passes`: {}", error.render(given)))?;
    passes
        .into_iter()
        .map(|pass| match luma_mlir::check_pipeline(&pass.text) {
            Ok(()) => Ok(pass),
            Err(_) if options.test_passes && pass.name == TestAbort::NAME => Ok(pass),
            Err(why) => {
                // Then MLIR repeats itself for every level of nesting.
                let why = why.lines().next().unwrap_or_default();
                Err(format!("`--mlir-passes`: in `{}`: {why}", pass.text))
            }
        })
        .collect()
}

/// `needed` says whether it will run; what is given is checked anyway.
fn llvm_pipeline(options: &PlanOptions<'_>, needed: bool) -> Result<Vec<text::Single>, String> {
    let whole = |text: &str| text::Single { name: text.to_owned(), text: text.to_owned() };
    let pipeline = options.llvm_passes.unwrap_or(options.level.pipeline());
    let check = options.llvm_passes.is_some() || needed;
    if pipeline.trim().is_empty() || !check {
        return Ok(Vec::new());
    }
    if options.granularity == Granularity::Batched && options.llvm_passes.is_none() {
        return Ok(vec![whole(pipeline)]);
    }
    side_effects::check_llvm(pipeline, options.side_effects)
        .map_err(|why| format!("`--llvm-passes`: {why}"))?;
    let target = TargetOptions { triple: options.target.map(str::to_owned), level: options.level };
    // A wrong target is a matter of the step that needs it.
    let Ok(target) = Target::new(&target).or_else(|_| Target::new(&TargetOptions::default()))
    else {
        return Ok(vec![whole(pipeline)]);
    };
    let expanded = luma_llvm::expand_pipeline(&target, pipeline)
        .map_err(|error| format!("`--llvm-passes`: {}", error.message))?;
    if options.granularity == Granularity::Batched {
        return Ok(vec![whole(pipeline)]);
    }
    text::llvm(&expanded).map_err(|error| format!("`--llvm-passes`: {}", error.render(&expanded)))
}
