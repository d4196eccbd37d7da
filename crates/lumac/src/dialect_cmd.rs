//! `lumac dialect`: list, check, export and document dialects.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use luma_diagnostics::{Diagnostic, OrNever as _, SourceMap, codes, printable};
use luma_ir::Context;
use luma_ir::dialect::{irdl, reference};

use luma_driver::dialects::Dialects;
use luma_driver::extension::Registry;
use luma_driver::options::DiagnosticArgs;
use luma_driver::{emit, report};

#[derive(Args, Debug)]
pub(crate) struct DialectArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// List the dialects.
    List(SourceArgs),
    /// Report all errors in files that define dialects.
    Check(CheckFiles),
    /// Print dialects in a format for other tools.
    Export(ExportArgs),
    /// Write a reference page for each dialect, in Markdown.
    Doc(DocArgs),
}

/// Dialects to load in addition to the built-in ones.
#[derive(Args, Debug)]
struct SourceArgs {
    /// Also load the dialect that this file defines; can be given several times.
    #[arg(long, value_name = "FILE")]
    dialect: Vec<PathBuf>,
    #[command(flatten)]
    diagnostics: DiagnosticArgs,
}

#[derive(Args, Debug)]
struct CheckFiles {
    /// The files. They may refer to each other.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    diagnostics: DiagnosticArgs,
}

#[derive(Args, Debug)]
struct ExportArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// As IRDL, for `mlir-opt --irdl-file`.
    #[arg(long, required = true)]
    irdl: bool,
    /// Only these, and `luma`, whose types the others use.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

#[derive(Args, Debug)]
struct DocArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// Write `NAME.md` for each dialect to this directory, instead of standard output.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Only these.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

/// Does what `lumac dialect` asks.
pub(crate) fn dialect(args: &DialectArgs, registry: &Registry) -> ExitCode {
    match &args.action {
        Action::List(args) => with_dialects(registry, args, &[], |context| {
            Ok(emit::to_stdout(printable(&list(context)).as_bytes()))
        }),
        Action::Check(args) => {
            let mut map = SourceMap::new();
            let mut diagnostics = Vec::new();
            Dialects::load(&mut map, registry, &args.files, &mut diagnostics);
            report::exit(&map, &args.diagnostics, &diagnostics)
        }
        Action::Export(args) => with_dialects(registry, &args.source, &args.names, |context| {
            let names: Vec<&str> = args.names.iter().map(String::as_str).collect();
            Ok(emit::to_stdout(printable(&irdl(context, &names)).as_bytes()))
        }),
        Action::Doc(args) => with_dialects(registry, &args.source, &args.names, |context| {
            pages(context, &args.names, args.out.as_deref())
        }),
    }
}

/// Calls `work` with a context that knows the dialects, if `names` are among them.
fn with_dialects(
    registry: &Registry,
    args: &SourceArgs,
    names: &[String],
    work: impl FnOnce(&Context) -> Result<ExitCode, Box<Diagnostic>>,
) -> ExitCode {
    let mut map = SourceMap::new();
    let mut diagnostics = Vec::new();
    if let Some(dialects) = Dialects::load(&mut map, registry, &args.dialect, &mut diagnostics) {
        let context = dialects.context();
        let known: Vec<&str> = context.dialects().iter().map(|dialect| &*dialect.name).collect();
        if let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) {
            report::error(&format!("unknown dialect `{name}`"));
            eprintln!("help: the dialects are {}", known.join(", "));
            return ExitCode::from(2);
        }
        match work(&context) {
            Ok(code) => return code,
            Err(error) => diagnostics.push(*error),
        }
    }
    report::exit(&map, &args.diagnostics, &diagnostics)
}

fn list(context: &Context) -> String {
    let mut out = String::new();
    let widest = context.dialects().iter().map(|dialect| dialect.name.len()).max().unwrap_or(0);
    for dialect in context.dialects() {
        let ops = context.op_defs().filter(|(_, def)| def.dialect() == dialect.name).count();
        let plural = if ops == 1 { "" } else { "s" };
        let count = format!("{ops} operation{plural}");
        let _ = writeln!(out, "{:widest$}  {count:14}  {}", dialect.name, dialect.summary);
    }
    out
}

fn pages(
    context: &Context,
    names: &[String],
    directory: Option<&Path>,
) -> Result<ExitCode, Box<Diagnostic>> {
    let wanted = |name: &str| names.is_empty() || names.iter().any(|n| n == name);
    let mut all = String::new();
    for dialect in context.dialects().iter().filter(|dialect| wanted(&dialect.name)) {
        let page = reference(context, &dialect.name);
        let page = page.or_never(String::new(), "the dialect is one of the context's");
        let page = printable(&page).into_owned();
        let Some(directory) = directory else {
            if !all.is_empty() {
                all.push('\n');
            }
            all += &page;
            continue;
        };
        let failed = |why: &dyn std::fmt::Display| {
            let message = format!("cannot write to `{}`: {why}", directory.display());
            Box::new(Diagnostic::unlocated(codes::E0505, message))
        };
        std::fs::create_dir_all(directory).map_err(|why| failed(&why))?;
        let path = directory.join(format!("{}.md", dialect.name));
        emit::write_file(&path, page.as_bytes())?;
    }
    Ok(if directory.is_none() { emit::to_stdout(all.as_bytes()) } else { ExitCode::SUCCESS })
}
