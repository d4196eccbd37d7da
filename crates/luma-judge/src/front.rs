//! From source text to what the verifier says of it.

use std::sync::Arc;

use luma_diagnostics::{Diagnostic, RenderOptions, SourceMap, render_all};
use luma_ir::{CallGraph, Context, Module, Symbol, verify_module};
use luma_ownership::{Defect, Options, Summaries, analyze_component, verify_ownership};

/// A well-typed program and the verdict on it.
#[derive(Debug)]
pub struct Checked {
    /// The program, before any pass.
    pub module: Module,
    /// Its text.
    pub sources: SourceMap,
    /// What the analysis found, by function: errors only.
    pub defects: Vec<(Symbol, Vec<Defect>)>,
    /// The same as a user sees it, with warnings.
    pub diagnostics: Vec<Diagnostic>,
    /// Nothing an owned pointer is in ever leaves what the verifier follows, so that what is
    /// accepted must be free of defects.
    pub tracked: bool,
}

impl Checked {
    /// Whether a build would go on.
    pub fn accepted(&self) -> bool {
        !self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The codes of all errors, sorted.
    pub fn codes(&self) -> Vec<&'static str> {
        let errors = self.diagnostics.iter().filter(|d| d.is_error());
        let mut codes: Vec<_> = errors.map(|d| d.code.as_str()).collect();
        codes.sort_unstable();
        codes
    }

    /// All diagnostics as text.
    pub fn rendered(&self) -> String {
        render_all(&self.sources, RenderOptions::default(), &self.diagnostics)
    }
}

/// A well-typed program, not yet verified.
#[derive(Debug)]
pub struct Lowered {
    /// The program, before any pass.
    pub module: Module,
    /// Its text.
    pub sources: SourceMap,
}

/// Parses, analyses and lowers.
///
/// # Errors
///
/// What is wrong with the text, apart from ownership: a fault of the generator.
pub fn lower(source: &str) -> Result<Lowered, String> {
    let mut sources = SourceMap::new();
    let file = sources.add("program.lx", source);
    let parse = luma_syntax::parse(file, source);
    let (analysis, found) = luma_sema::analyze(&parse.ast);
    let mut diagnostics = parse.diagnostics;
    diagnostics.extend(found);
    diagnostics.retain(Diagnostic::is_error);
    if !diagnostics.is_empty() {
        return Err(render_all(&sources, RenderOptions::default(), &diagnostics));
    }
    let module = luma_lower::lower(&parse.ast, &analysis, Arc::new(Context::new()));
    let violations: Vec<Diagnostic> =
        verify_module(&module).iter().map(luma_ir::Violation::to_diagnostic).collect();
    if !violations.is_empty() {
        return Err(render_all(&sources, RenderOptions::default(), &violations));
    }
    Ok(Lowered { module, sources })
}

/// [`lower`], and the verdict of the verifier.
///
/// # Errors
///
/// Those of [`lower`].
pub fn check(source: &str) -> Result<Checked, String> {
    let Lowered { module, sources } = lower(source)?;
    let options = Options { sources: Some(&sources), ..Options::default() };
    let mut summaries = Summaries::default();
    let mut defects = Vec::new();
    for component in CallGraph::new(&module).components() {
        defects.extend(analyze_component(&module, component, &mut summaries, &options));
    }
    defects.retain(|(_, found)| !found.is_empty());
    let diagnostics = verify_ownership(&module, &options);
    let tracked = module
        .functions
        .keys()
        .all(|&name| summaries.get(name).is_none_or(|summary| summary.leaves.is_empty()));
    Ok(Checked { module, sources, defects, diagnostics, tracked })
}
