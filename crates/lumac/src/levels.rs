//! Takes a program down the levels, as far as the request needs.

use std::sync::Arc;

use luma_diagnostics::{Diagnostic, FileId, SourceMap, Span, codes};
use luma_ir::{Context, Module};
use luma_llvm::{LlvmError, LlvmModule, Target, TargetOptions};
use luma_mlir::{Lowering, Session};
use luma_pass::{Pipeline, RunOptions};
use luma_syntax::ast::Ast;

use crate::cli::{CodeArgs, EmitKind, OptLevel};
use crate::input::{Input, Level};

/// What to make, and how.
pub(crate) struct Request<'a> {
    /// In the order of the levels, each once.
    pub(crate) kinds: &'a [EmitKind],
    pub(crate) code: &'a CodeArgs,
    /// The Luma pass to stop after.
    pub(crate) stop_after: Option<&'a str>,
    pub(crate) debuginfo_in_text: bool,
    pub(crate) verify_ownership: bool,
}

impl Request<'_> {
    fn wants(&self, kind: EmitKind) -> bool {
        self.kinds.contains(&kind)
    }

    /// Whether anything below `kind` is to be made.
    fn goes_below(&self, kind: EmitKind) -> bool {
        self.kinds.last().is_some_and(|&last| last > kind)
    }
}

/// Something made: text, or an object (from which an executable is linked where it is written).
pub(crate) struct Product {
    pub(crate) kind: EmitKind,
    pub(crate) bytes: Vec<u8>,
}

impl Product {
    /// The name `--emit` knows it by.
    pub(crate) fn name(&self) -> String {
        use clap::ValueEnum as _;
        self.kind.to_possible_value().map(|v| v.get_name().to_string()).unwrap_or_default()
    }
}

/// Makes what is requested. Everything wrong goes to `diagnostics`; when an error is among it, the
/// products are incomplete and must not be written.
pub(crate) fn compile(
    map: &mut SourceMap,
    input: Input,
    request: &Request<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Product> {
    let mut products = Vec::new();
    // What goes wrong with the rest is said in `diagnostics`.
    let _ = compile_into(map, input, request, diagnostics, &mut products);
    products
}

/// Everything up to the verification of ownership.
pub(crate) fn check(
    map: &mut SourceMap,
    input: Input,
    verify_ownership: bool,
    diagnostics: &mut Vec<Diagnostic>,
) {
    match input.level {
        Level::Source | Level::LumaIr => {
            if let Some(module) = luma_ir(map, input, false, diagnostics)
                && verify_ownership
            {
                diagnostics.extend(ownership(map, &module));
            }
        }
        Level::Mlir => {
            mlir_text(map, input.file, diagnostics);
        }
        Level::LlvmIr => {
            llvm_text(map, input.file, diagnostics);
        }
    }
}

/// The Luma IR of a program with a `main`, before any pass. `None` once an error is among the
/// diagnostics.
pub(crate) fn program(
    map: &SourceMap,
    input: Input,
    verify_ownership: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Module> {
    if !matches!(input.level, Level::Source | Level::LumaIr) {
        let message = "the interpreter runs Luma source and Luma IR, nothing below";
        diagnostics.push(Diagnostic::unlocated(codes::E0503, message));
        return None;
    }
    let module = luma_ir(map, input, true, diagnostics)?;
    if verify_ownership {
        diagnostics.extend(ownership(map, &module));
        stop_on_error(diagnostics)?;
    }
    Some(module)
}

/// `None` once an error is among the diagnostics, or when nothing further is wanted.
fn compile_into(
    map: &mut SourceMap,
    input: Input,
    request: &Request<'_>,
    diagnostics: &mut Vec<Diagnostic>,
    products: &mut Vec<Product>,
) -> Option<()> {
    if let Some(&kind) = request.kinds.first()
        && kind < first_kind(input.level)
    {
        let name = Product { kind, bytes: Vec::new() }.name();
        let message = format!("`--emit={name}` cannot be made from input of a lower level");
        diagnostics.push(Diagnostic::unlocated(codes::E0503, message));
        return None;
    }
    let mut push = |kind: EmitKind, text: String| {
        products.push(Product { kind, bytes: text.into_bytes() });
    };
    if request.wants(EmitKind::Ast) {
        let parse = luma_syntax::parse(input.file, text(map, input.file));
        push(EmitKind::Ast, luma_syntax::dump(&parse.ast));
        if !request.goes_below(EmitKind::Ast) {
            diagnostics.extend(parse.diagnostics);
            return None;
        }
    }
    let mut session = match input.level {
        Level::Source | Level::LumaIr => {
            let mut module = luma_ir(map, input, request.wants(EmitKind::Exe), diagnostics)?;
            if request.verify_ownership {
                diagnostics.extend(ownership(map, &module));
                stop_on_error(diagnostics)?;
            }
            let stopped = request.stop_after;
            if request.wants(EmitKind::LumaIr) && stopped.is_none() {
                push(EmitKind::LumaIr, luma_ir_text(map, &module, request));
            }
            if !request.goes_below(EmitKind::LumaIr) && stopped.is_none() {
                return None;
            }
            run_passes(&mut module, stopped, diagnostics)?;
            if stopped.is_some() {
                push(EmitKind::LumaIr, luma_ir_text(map, &module, request));
                return None;
            }
            match Session::from_luma_ir(&module, map) {
                Ok(session) => session,
                Err(errors) => {
                    diagnostics.extend(errors);
                    return None;
                }
            }
        }
        Level::Mlir => mlir_text(map, input.file, diagnostics)?,
        Level::LlvmIr => {
            let mut module = llvm_text(map, input.file, diagnostics)?;
            let target = match target(request, module.triple()) {
                Ok(target) => target,
                Err(error) => {
                    diagnostics.push(error.into_diagnostic(None, map));
                    return None;
                }
            };
            module.set_target(&target);
            let file = Some(input.file);
            return below_llvm(module, &target, file, map, request, diagnostics, products);
        }
    };
    let options = luma_mlir::PrintOptions { debug_info: request.debuginfo_in_text, generic: false };
    if request.wants(EmitKind::Mlir) {
        push(EmitKind::Mlir, session.to_text(options));
    }
    if !request.goes_below(EmitKind::Mlir) {
        return None;
    }
    let lowering = Lowering { debug_info: request.code.debug_info };
    if let Err(error) = session.lower_to_llvm_dialect(lowering) {
        diagnostics.extend(error.into_diagnostics(codes::E0503, map));
        return None;
    }
    if request.wants(EmitKind::MlirLlvm) {
        push(EmitKind::MlirLlvm, session.to_text(options));
    }
    if !request.goes_below(EmitKind::MlirLlvm) {
        return None;
    }
    let translated = target(request, None).and_then(|target| {
        let mut module = LlvmModule::translate(&session)?;
        module.set_target(&target);
        Ok((module, target))
    });
    match translated {
        Ok((module, target)) => {
            drop(session);
            below_llvm(module, &target, None, map, request, diagnostics, products)
        }
        Err(error) => {
            diagnostics.push(error.into_diagnostic(None, map));
            None
        }
    }
}

/// The machine to generate code for: as asked, else as the input says, else this one.
fn target(request: &Request<'_>, of_input: Option<String>) -> Result<Target, LlvmError> {
    let triple = request.code.target.clone().or(of_input);
    Target::new(&TargetOptions { triple, level: opt_level(request) })
}

fn opt_level(request: &Request<'_>) -> luma_llvm::OptLevel {
    match request.code.opt_level {
        OptLevel::O0 => luma_llvm::OptLevel::O0,
        OptLevel::O1 => luma_llvm::OptLevel::O1,
        OptLevel::O2 => luma_llvm::OptLevel::O2,
        OptLevel::O3 => luma_llvm::OptLevel::O3,
    }
}

/// From LLVM IR to objects. `file` is the text the module was read from, if it was.
fn below_llvm(
    mut module: LlvmModule,
    target: &Target,
    file: Option<FileId>,
    map: &SourceMap,
    request: &Request<'_>,
    diagnostics: &mut Vec<Diagnostic>,
    products: &mut Vec<Product>,
) -> Option<()> {
    let made: Result<(), LlvmError> = (|| {
        module.optimize(target, opt_level(request).pipeline())?;
        if request.wants(EmitKind::LlvmIr) {
            let bytes = module.to_text().into_bytes();
            products.push(Product { kind: EmitKind::LlvmIr, bytes });
        }
        if request.wants(EmitKind::Asm) {
            products.push(Product { kind: EmitKind::Asm, bytes: module.emit_asm(target)? });
        }
        if request.wants(EmitKind::Obj) || request.wants(EmitKind::Exe) {
            let bytes = module.emit_object(target)?;
            for kind in [EmitKind::Obj, EmitKind::Exe] {
                if request.wants(kind) {
                    products.push(Product { kind, bytes: bytes.clone() });
                }
            }
        }
        Ok(())
    })();
    match made {
        Ok(()) => Some(()),
        Err(error) => {
            diagnostics.push(error.into_diagnostic(file, map));
            None
        }
    }
}

/// The first thing that can be made from input of this level.
fn first_kind(level: Level) -> EmitKind {
    match level {
        Level::Source => EmitKind::Ast,
        Level::LumaIr => EmitKind::LumaIr,
        Level::Mlir => EmitKind::Mlir,
        Level::LlvmIr => EmitKind::LlvmIr,
    }
}

fn text(map: &SourceMap, file: FileId) -> &str {
    map.file(file).map_or("", |file| file.text())
}

/// The Luma IR of the input, verified. `None` when something is wrong with it, which includes a
/// missing `main` where that is needed.
fn luma_ir(
    map: &SourceMap,
    input: Input,
    needs_main: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Module> {
    let context = Arc::new(Context::new());
    let module = match input.level {
        Level::LumaIr => match luma_ir::parse_module(context, map, input.file) {
            Ok(module) => module,
            Err(errors) => {
                diagnostics.extend(errors);
                return None;
            }
        },
        _ => source(map, input.file, context, needs_main, diagnostics)?,
    };
    if needs_main && input.level == Level::LumaIr && module.function("main").is_none() {
        let message = "the module has no function `@main`";
        diagnostics.push(Diagnostic::unlocated(codes::E0206, message));
    }
    // What the front end builds is right by construction; check it where that is being developed.
    if input.level == Level::LumaIr || cfg!(debug_assertions) {
        diagnostics.extend(luma_ir::verify_module(&module).iter().map(|v| v.to_diagnostic()));
        stop_on_error(diagnostics)?;
    }
    Some(module)
}

/// The Luma IR of a source file.
fn source(
    map: &SourceMap,
    file: FileId,
    context: Arc<Context>,
    needs_main: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Module> {
    let parse = luma_syntax::parse(file, text(map, file));
    let broken = parse.diagnostics.iter().any(Diagnostic::is_error);
    let (analysis, found) = luma_sema::analyze(&parse.ast);
    diagnostics.extend(parse.diagnostics);
    let damage = Damage::of(&parse.ast, diagnostics);
    diagnostics.extend(found.into_iter().filter(|d| !damage.may_cause(map, d)));
    if needs_main && !broken {
        diagnostics.extend(luma_sema::check_main(&parse.ast, &analysis));
    }
    stop_on_error(diagnostics)?;
    Some(luma_lower::lower(&parse.ast, &analysis, context))
}

/// What syntax errors took out of a tree.
struct Damage {
    /// Declarations with an error in them: a variable or a `return` may be missing.
    items: Vec<Span>,
    /// An error was in no declaration that is left: a name may be missing everywhere.
    lost_item: bool,
}

impl Damage {
    fn of(ast: &Ast, syntax_errors: &[Diagnostic]) -> Self {
        let mut items: Vec<Span> = ast.items.iter().map(|(_, item)| item.span).collect();
        items.sort();
        let mut damage = Self { items: Vec::new(), lost_item: false };
        for at in syntax_errors.iter().filter_map(|error| Some(error.primary.as_ref()?.span)) {
            let next = items.partition_point(|item| item.start <= at.start);
            match next.checked_sub(1).and_then(|index| items.get(index)) {
                Some(item) if at.start <= item.end => damage.items.push(*item),
                _ => damage.lost_item = true,
            }
        }
        damage.items.sort();
        damage
    }

    /// Whether a diagnostic may only follow from what is missing, and so is no news: an undefined
    /// name whose declaration stands in unusable text, or a `return` that may have been cut.
    fn may_cause(&self, map: &SourceMap, diagnostic: &Diagnostic) -> bool {
        let names = [codes::E0201, codes::E0202, codes::E0206].contains(&diagnostic.code);
        let Some(at) = diagnostic.primary.as_ref().map(|label| label.span) else {
            return !self.items.is_empty() || self.lost_item;
        };
        let next = self.items.partition_point(|item| item.start <= at.start);
        let item = next.checked_sub(1).and_then(|index| self.items.get(index));
        let item = item.filter(|item| at.start <= item.end);
        if diagnostic.code == codes::E0316 {
            return item.is_some();
        }
        let name = map.snippet(at);
        names
            && (item.is_some_and(|&item| declares(map.snippet(item), name))
                || self.lost_item && declares(text(map, at.file), name))
    }
}

/// Whether `text` looks as if it declares `name`: the word stands before `:`, `=` or `->`.
fn declares(text: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    name.is_empty()
        || text.match_indices(name).any(|(at, _)| {
            let (before, after) = (&text[..at], text[at + name.len()..].trim_start());
            !before.ends_with(is_word) && after.starts_with([':', '=', '-'])
        })
}

fn ownership(map: &SourceMap, module: &Module) -> Vec<Diagnostic> {
    // The text lets the verifier propose edits.
    let options = luma_ownership::Options { sources: Some(map), ..Default::default() };
    luma_ownership::verify_ownership(module, &options)
}

fn luma_ir_text(map: &SourceMap, module: &Module, request: &Request<'_>) -> String {
    let locations = request.debuginfo_in_text.then_some(map);
    luma_ir::print_module(module, luma_ir::PrintOptions { locations, notes: None })
}

/// Runs the Luma passes, up to and including `stop_after`.
pub(crate) fn run_passes(
    module: &mut Module,
    stop_after: Option<&str>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<()> {
    let mut pipeline: Pipeline = luma_opt::default_pipeline();
    if let Some(stop) = stop_after {
        let Some(position) = pipeline.names().position(|name| name == stop) else {
            let names: Vec<&str> = pipeline.names().collect();
            let message = format!("there is no pass `{stop}` in the pipeline");
            diagnostics.push(
                Diagnostic::unlocated(codes::E0503, message)
                    .help(format!("the passes are {}", names.join(", "))),
            );
            return None;
        };
        pipeline.steps.truncate(position + 1);
    }
    match luma_pass::run(module, &pipeline, RunOptions::default()) {
        Ok(_) => Some(()),
        Err(errors) => {
            diagnostics.extend(errors);
            None
        }
    }
}

fn mlir_text(map: &SourceMap, file: FileId, diagnostics: &mut Vec<Diagnostic>) -> Option<Session> {
    let source = map.file(file)?;
    match Session::from_mlir_text(source.name(), source.text()) {
        Ok(session) => Some(session),
        Err(error) => {
            diagnostics.extend(error.into_diagnostics(codes::E0501, map));
            None
        }
    }
}

fn llvm_text(
    map: &SourceMap,
    file: FileId,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<LlvmModule> {
    let source = map.file(file)?;
    let module = LlvmModule::from_ll_text(source.name(), source.text());
    match module.and_then(|module| module.verify().map(|()| module)) {
        Ok(module) => Some(module),
        Err(error) => {
            diagnostics.push(error.into_diagnostic(Some(file), map));
            None
        }
    }
}

fn stop_on_error(diagnostics: &[Diagnostic]) -> Option<()> {
    (!diagnostics.iter().any(Diagnostic::is_error)).then_some(())
}
