//! Reads programs at each level, and lowers source to verified Luma IR. The rest of the way is
//! [`crate::steps`].

use std::sync::Arc;

use luma_diagnostics::{Diagnostic, FileId, OrNever as _, SourceMap, Span, codes};
use luma_ir::{Context, Module};
use luma_llvm::LlvmModule;
use luma_mlir::Session;
use luma_syntax::ast::Ast;

use crate::dialects::Dialects;
use crate::input::{Input, Level};
use crate::options::EmitKind;

/// Something made: text, or an object (from which an executable is linked where it is written).
#[derive(Debug)]
pub struct Product {
    /// What it is.
    pub kind: EmitKind,
    /// Its content; for an executable, the object it is linked from.
    pub bytes: Vec<u8>,
}

/// How ownership is verified, where it is.
#[derive(Clone, Copy, Debug)]
pub struct Verify {
    /// Most states kept at one point.
    pub max_states: usize,
    /// Threads it runs on; 0 is one for each core.
    pub threads: usize,
}

impl Verify {
    /// The same for the verifier, which proposes edits of the text in `map`.
    pub fn options(self, map: &SourceMap) -> luma_ownership::Options<'_> {
        luma_ownership::Options {
            max_states: self.max_states,
            threads: self.threads,
            sources: Some(map),
            ..Default::default()
        }
    }
}

/// Everything up to the verification of ownership.
pub fn check(
    map: &SourceMap,
    input: Input,
    dialects: &Dialects,
    verify_ownership: Option<Verify>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    match input.level {
        Level::Source | Level::LumaIr => {
            if let Some(module) = luma_ir(map, input, dialects, false, diagnostics)
                && let Some(how) = verify_ownership
            {
                diagnostics.extend(ownership(map, &module, how));
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
pub fn program(
    map: &SourceMap,
    input: Input,
    dialects: &Dialects,
    verify_ownership: Option<Verify>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Module> {
    if !matches!(input.level, Level::Source | Level::LumaIr) {
        let message = "the interpreter runs only Luma source and Luma IR";
        diagnostics.push(Diagnostic::unlocated(codes::E0503, message));
        return None;
    }
    let module = luma_ir(map, input, dialects, true, diagnostics)?;
    if let Some(how) = verify_ownership {
        diagnostics.extend(ownership(map, &module, how));
        stop_on_error(diagnostics)?;
    }
    Some(module)
}

/// The text of a file.
pub fn text(map: &SourceMap, file: FileId) -> &str {
    map.file(file).map(|file| &**file.text()).or_never("", "the file was read into the map")
}

/// The Luma IR of the input, verified. `None` when something is wrong with it, which includes a
/// missing `main` where that is needed.
pub fn luma_ir(
    map: &SourceMap,
    input: Input,
    dialects: &Dialects,
    needs_main: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Module> {
    let context = dialects.context();
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

/// What is wrong with the ownership of `module`.
pub fn ownership(map: &SourceMap, module: &Module, how: Verify) -> Vec<Diagnostic> {
    luma_ownership::verify_ownership(module, &how.options(map))
}

/// The MLIR of a file, verified. `None` once an error is among the diagnostics.
pub fn mlir_text(
    map: &SourceMap,
    file: FileId,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Session> {
    let source = map.file(file)?;
    match Session::from_mlir_text(source.name(), source.text()) {
        Ok(session) => Some(session),
        Err(error) => {
            diagnostics.extend(error.into_diagnostics(codes::E0501, map));
            None
        }
    }
}

/// The LLVM IR of a file, verified. `None` once an error is among the diagnostics.
pub fn llvm_text(
    map: &SourceMap,
    file: FileId,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<LlvmModule> {
    let source = map.file(file)?;
    let module = LlvmModule::from_ll_text(source.name(), source.text());
    match module {
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
