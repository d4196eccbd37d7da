//! What will happen, in order.

use std::path::{Path, PathBuf};

use luma_llvm::{Target, TargetOptions};
use luma_mlir::{Lowering, lowering_steps, lowering_steps_of_luma};
use luma_pass::instrument::{Selector, StepInfo, World};
use luma_pass::{Pipeline, parse_pipeline};

use super::{summaries, text};
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
    /// How much is optimised.
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
    /// How finely the plan is cut.
    pub granularity: Granularity,
    /// The Luma passes and lowerings there are.
    pub registry: &'a Registry,
    /// Whether `test-abort` is a pass of MLIR.
    pub test_passes: bool,
}

/// How finely a plan is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granularity {
    /// Every pass is a step.
    Single,
    /// What can be done at once is one step: faster, and the same result.
    Batched,
}

/// The numbered steps, and what is emitted between them.
#[derive(Debug)]
pub struct Plan {
    /// In the order they run.
    pub steps: Vec<Step>,
    /// What is emitted as it stands before the step at this index (the number of steps is the end).
    pub emits: Vec<(usize, EmitKind)>,
    /// Whether to emit what stands at the end, whatever it is.
    pub stopped: bool,
    /// Whether LLVM's inliner takes as much as in `default<O3>`.
    pub aggressive: bool,
    /// Whether the program must have a `main`.
    pub needs_main: bool,
}

/// One step.
#[derive(Debug)]
pub struct Step {
    /// As users see it.
    pub info: StepInfo,
    /// What it does.
    pub action: Action,
}

/// What a step does.
#[derive(Debug)]
pub enum Action {
    /// Source to Luma IR.
    FrontEnd,
    /// Reports violations of ownership; changes nothing.
    VerifyOwnership(Verify),
    /// A pass over Luma IR.
    Luma(Box<luma_pass::Step>),
    /// The lowerings that extensions registered.
    LowerExtensions,
    /// Luma IR to MLIR.
    LowerToMlir(Lowering),
    /// A pass of MLIR, as a pipeline.
    Mlir(String),
    /// The patterns of a file.
    Patterns(PathBuf),
    /// The transform script of a file.
    Transform(PathBuf),
    /// Aborts, in the world of MLIR: a test.
    Abort,
    /// One conversion to the llvm dialect.
    Convert(&'static str),
    /// All of them.
    ConvertAll(Lowering),
    /// The llvm dialect to LLVM IR.
    Translate,
    /// A pass of LLVM, as a pipeline.
    Llvm(String),
    /// A whole pipeline of LLVM.
    LlvmBatch(String),
    /// Assembly and objects.
    Codegen(Vec<EmitKind>),
}

impl Plan {
    /// The plan for `options`.
    ///
    /// # Errors
    ///
    /// In words: what is wrong with a pipeline or the target. This is wrong usage.
    pub fn new(options: &PlanOptions<'_>) -> Result<Self, String> {
        let last = options.emit.last().copied().unwrap_or(EmitKind::Exe);
        let mut plan = Self {
            steps: Vec::new(),
            emits: Vec::new(),
            stopped: false,
            aggressive: options.llvm_passes.unwrap_or(options.level.pipeline()).contains("O3>"),
            needs_main: options.emit.contains(&EmitKind::Exe),
        };
        // Pipelines that will not be reached are checked, too.
        let luma = luma_pipeline(options)?;
        let mlir = mlir_pipeline(options)?;
        let llvm = llvm_pipeline(options, last >= EmitKind::LlvmIr)?;
        if options.patterns.iter().chain(options.transform).any(|path| path.as_os_str() == "-") {
            return Err("`--patterns` and `--transform` take files, not standard input".into());
        }
        if options.from == Level::Source {
            plan.emit(options, EmitKind::Ast);
        }
        if options.from <= Level::LumaIr {
            plan.luma(options, luma, last);
        }
        if options.from <= Level::Mlir && last >= EmitKind::Mlir {
            for (name, text) in mlir {
                let action = match name.as_str() {
                    TEST_ABORT if options.test_passes => Action::Abort,
                    _ => Action::Mlir(text.clone()),
                };
                plan.push(World::Mlir, &name, &text, false, action);
            }
            for path in options.patterns {
                plan.script("apply-patterns", path, Action::Patterns(path.clone()));
            }
            for path in options.transform {
                plan.script("apply-transform", path, Action::Transform(path.clone()));
            }
            plan.emit(options, EmitKind::Mlir);
        }
        if options.from <= Level::Mlir && last >= EmitKind::MlirLlvm {
            plan.conversions(options);
            plan.emit(options, EmitKind::MlirLlvm);
        }
        if options.from <= Level::Mlir && last >= EmitKind::LlvmIr {
            plan.fixed(World::Llvm, "translate-to-llvm-ir", Action::Translate);
        }
        if last >= EmitKind::LlvmIr {
            for (name, text) in llvm {
                let action = match options.granularity {
                    Granularity::Single => Action::Llvm(text.clone()),
                    Granularity::Batched => Action::LlvmBatch(text.clone()),
                };
                plan.push(World::Llvm, &name, &text, false, action);
            }
            plan.emit(options, EmitKind::LlvmIr);
        }
        let below = [EmitKind::Asm, EmitKind::Obj, EmitKind::Exe];
        let code: Vec<EmitKind> = below.into_iter().filter(|k| options.emit.contains(k)).collect();
        if !code.is_empty() {
            plan.fixed(World::Llvm, "codegen", Action::Codegen(code));
        }
        Ok(plan)
    }

    /// Stops after the first step that `which` means, and emits what stands there.
    ///
    /// # Errors
    ///
    /// In words: there is no such step.
    pub fn stop_after(&mut self, which: &Selector) -> Result<(), String> {
        self.check(which)?;
        if let Some(index) = self.steps.iter().position(|step| which.selects(&step.info)) {
            self.steps.truncate(index + 1);
        }
        self.emits.clear();
        self.stopped = true;
        self.needs_main = false;
        Ok(())
    }

    /// What the last step leaves, as `--emit` calls it; `None` after code generation.
    pub fn left(&self) -> Option<EmitKind> {
        match &self.steps.last()?.action {
            Action::FrontEnd
            | Action::VerifyOwnership(_)
            | Action::Luma(_)
            | Action::LowerExtensions => Some(EmitKind::LumaIr),
            Action::LowerToMlir(_)
            | Action::Mlir(_)
            | Action::Patterns(_)
            | Action::Transform(_)
            | Action::Abort => Some(EmitKind::Mlir),
            Action::Convert(_) | Action::ConvertAll(_) => Some(EmitKind::MlirLlvm),
            Action::Translate | Action::Llvm(_) | Action::LlvmBatch(_) => Some(EmitKind::LlvmIr),
            Action::Codegen(_) => None,
        }
    }

    /// Whether `which` means a step.
    ///
    /// # Errors
    ///
    /// In words: there is no such step.
    pub fn check(&self, which: &Selector) -> Result<(), String> {
        if self.steps.iter().any(|step| which.selects(&step.info)) {
            return Ok(());
        }
        let names = self.steps.iter().map(|step| step.info.name.as_str());
        Err(match which {
            Selector::Number(number) => {
                let count = self.steps.len();
                format!("there is no step {number}; the pipeline has {count}")
            }
            Selector::Name(name) => match luma_diagnostics::closest(name, names) {
                Some(like) => {
                    format!("there is no step `{name}` in the pipeline; there is one `{like}`")
                }
                None => format!("there is no step `{name}` in the pipeline"),
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
        for Step { info, .. } in &self.steps {
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
        let rest = self.steps.iter().skip(index).filter(|step| {
            let runs = step.info.mandatory || allow(&step.info);
            let named = matches!(
                step.action,
                Action::Luma(_)
                    | Action::Mlir(_)
                    | Action::Abort
                    | Action::Llvm(_)
                    | Action::LlvmBatch(_)
            );
            named && runs && step.info.world == world
        });
        rest.map(|step| step.info.text.as_str()).collect::<Vec<_>>().join(",")
    }

    /// The options that name the files of the patterns and transform scripts that remain from the
    /// step at `index` on.
    pub fn remaining_scripts(
        &self,
        index: usize,
        allow: &dyn Fn(&StepInfo) -> bool,
    ) -> Vec<String> {
        let rest = self.steps.iter().skip(index).filter(|step| allow(&step.info));
        rest.filter_map(|step| match &step.action {
            Action::Patterns(path) => Some(("patterns", path)),
            Action::Transform(path) => Some(("transform", path)),
            _ => None,
        })
        .map(|(option, path)| {
            // It is read from wherever the options are used.
            let path = path.canonicalize().unwrap_or_else(|_| path.clone());
            format!("--{option}={}", path.display())
        })
        .collect()
    }

    fn luma(&mut self, options: &PlanOptions<'_>, pipeline: Pipeline, last: EmitKind) {
        if options.from == Level::Source && last >= EmitKind::LumaIr {
            self.fixed(World::Luma, "lower-to-luma-ir", Action::FrontEnd);
        }
        if let Some(how) = options.verify_ownership
            && last >= EmitKind::LumaIr
        {
            self.fixed(World::Luma, "verify-ownership", Action::VerifyOwnership(how));
        }
        // Luma IR is what the front end makes, unless passes are asked for by name.
        let before = options.luma_passes.is_none();
        if before {
            self.emit(options, EmitKind::LumaIr);
        }
        if last < EmitKind::LumaIr || last == EmitKind::LumaIr && before {
            return;
        }
        let given: Vec<&str> = pipeline.names().collect();
        // What MLIR cannot do without is added at the end, in the order of the built-in pipeline.
        let missing: Vec<luma_pass::Step> = luma_opt::pipeline(0)
            .steps
            .into_iter()
            .filter(|step| step.registration.mandatory && !given.contains(&step.name()))
            .collect();
        for step in pipeline.steps {
            self.luma_pass(step);
        }
        if !before {
            self.emit(options, EmitKind::LumaIr);
        }
        if last == EmitKind::LumaIr {
            return;
        }
        if options.registry.has_lowerings() {
            self.fixed(World::Luma, "lower-extensions", Action::LowerExtensions);
        }
        for step in missing {
            self.luma_pass(step);
        }
        let lowering = Lowering { debug_info: options.debug_info };
        self.fixed(World::Mlir, "lower-to-mlir", Action::LowerToMlir(lowering));
    }

    fn luma_pass(&mut self, step: luma_pass::Step) {
        let text = if step.is_function() { format!("func({step})") } else { step.to_string() };
        let registration = step.registration;
        self.steps.push(Step {
            info: StepInfo {
                number: self.steps.len() + 1,
                world: World::Luma,
                name: registration.name.to_owned(),
                text,
                summary: registration.summary.to_owned(),
                mandatory: registration.mandatory,
            },
            action: Action::Luma(Box::new(step)),
        });
    }

    fn conversions(&mut self, options: &PlanOptions<'_>) {
        let lowering = Lowering { debug_info: options.debug_info };
        match options.granularity {
            Granularity::Batched => {
                self.fixed(World::Mlir, "convert-to-llvm-dialect", Action::ConvertAll(lowering));
            }
            Granularity::Single => {
                // As the session does it: what comes from Luma IR alone needs fewer.
                let ours = matches!(self.steps.last(), Some(s) if s.info.name == "lower-to-mlir");
                let names: Vec<&'static str> = match ours {
                    true => lowering_steps_of_luma(lowering).collect(),
                    false => lowering_steps(lowering).collect(),
                };
                for name in names {
                    self.fixed(World::Mlir, name, Action::Convert(name));
                }
            }
        }
    }

    fn fixed(&mut self, world: World, name: &str, action: Action) {
        self.push(world, name, name, true, action);
    }

    fn script(&mut self, name: &str, path: &Path, action: Action) {
        let text = format!("{name}{{{}}}", path.display());
        self.push(World::Mlir, name, &text, false, action);
    }

    fn push(&mut self, world: World, name: &str, text: &str, mandatory: bool, action: Action) {
        let summary = summaries::summary(world, name, text).to_owned();
        let (name, text) = (name.to_owned(), text.to_owned());
        let number = self.steps.len() + 1;
        let info = StepInfo { number, world, name, text, summary, mandatory };
        self.steps.push(Step { info, action });
    }

    /// Emits `kind` here, if it is asked for.
    fn emit(&mut self, options: &PlanOptions<'_>, kind: EmitKind) {
        if options.emit.contains(&kind) {
            self.emits.push((self.steps.len(), kind));
        }
    }
}

/// The pass of MLIR that aborts.
const TEST_ABORT: &str = "test-abort";

fn luma_pipeline(options: &PlanOptions<'_>) -> Result<Pipeline, String> {
    match options.luma_passes {
        Some(text) => parse_pipeline(text, options.registry.passes())
            .map_err(|error| format!("`--luma-passes`: {}", error.render(text))),
        None => Ok(luma_opt::pipeline(options.level as u8)),
    }
}

fn mlir_pipeline(options: &PlanOptions<'_>) -> Result<Vec<(String, String)>, String> {
    let Some(given) = options.mlir_passes else { return Ok(Vec::new()) };
    let passes =
        text::mlir(given).map_err(|error| format!("`--mlir-passes`: {}", error.render(given)))?;
    passes
        .into_iter()
        .map(|pass| match luma_mlir::check_pipeline(&pass.text) {
            _ if options.test_passes && pass.name == TEST_ABORT => Ok((pass.name, pass.text)),
            Ok(()) => Ok((pass.name, pass.text)),
            Err(why) => {
                // Then MLIR repeats itself for every level of nesting.
                let why = why.lines().next().unwrap_or_default();
                Err(format!("`--mlir-passes`: in `{}`: {why}", pass.text))
            }
        })
        .collect()
}

/// `needed` says whether it will run; what is given is checked anyway.
fn llvm_pipeline(options: &PlanOptions<'_>, needed: bool) -> Result<Vec<(String, String)>, String> {
    let pipeline = options.llvm_passes.unwrap_or(options.level.pipeline());
    let check = options.llvm_passes.is_some() || needed;
    if pipeline.trim().is_empty() || !check {
        return Ok(Vec::new());
    }
    if options.granularity == Granularity::Batched && options.llvm_passes.is_none() {
        return Ok(vec![(pipeline.to_owned(), pipeline.to_owned())]);
    }
    let target = TargetOptions { triple: options.target.map(str::to_owned), level: options.level };
    // A wrong target is a matter of the step that needs it.
    let Ok(target) = Target::new(&target).or_else(|_| Target::new(&TargetOptions::default()))
    else {
        return Ok(vec![(pipeline.to_owned(), pipeline.to_owned())]);
    };
    let expanded = luma_llvm::expand_pipeline(&target, pipeline)
        .map_err(|error| format!("`--llvm-passes`: {}", error.message))?;
    if options.granularity == Granularity::Batched {
        return Ok(vec![(pipeline.to_owned(), pipeline.to_owned())]);
    }
    let passes = text::llvm(&expanded)
        .map_err(|error| format!("`--llvm-passes`: {}", error.render(&expanded)))?;
    Ok(passes.into_iter().map(|pass| (pass.name, pass.text)).collect())
}
