//! Where products go: standard output, or files that appear complete or not at all.

use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use luma_diagnostics::{Diagnostic, SourceMap, codes, printable};
use luma_llvm::{LinkOptions, LlvmError};

use crate::levels::Product;
use crate::options::EmitKind;

/// Decides where each product goes.
#[derive(Debug)]
pub struct Outputs {
    output: Option<PathBuf>,
    stem: PathBuf,
    several: bool,
}

impl Outputs {
    /// Where `kinds` made from `input` go.
    ///
    /// # Errors
    ///
    /// A message when binary output would go to a stream that also gets something else.
    pub fn new(input: &Path, output: Option<&Path>, kinds: &[EmitKind]) -> Result<Self, String> {
        let stem = match input.file_stem() {
            Some(stem) if input.as_os_str() != "-" => PathBuf::from(stem),
            _ => PathBuf::from("a"),
        };
        let outputs = Self { output: output.map(Path::to_owned), stem, several: kinds.len() > 1 };
        if outputs.several && output.is_some_and(|path| path.as_os_str() == "-") {
            return Err("several kinds cannot all go to standard output with `-o -`".into());
        }
        for &kind in kinds {
            if kind == EmitKind::Exe && output.is_some_and(|path| path.as_os_str() == "-") {
                return Err("an executable cannot go to standard output".into());
            }
        }
        Ok(outputs)
    }

    /// The files that `kinds` go to.
    pub fn paths(&self, kinds: &[EmitKind]) -> Vec<PathBuf> {
        kinds.iter().filter_map(|&kind| self.path(kind)).collect()
    }

    /// The file `kind` goes to; `None` is standard output.
    fn path(&self, kind: EmitKind) -> Option<PathBuf> {
        let extension = match kind {
            EmitKind::Ast => "ast",
            EmitKind::LumaIr => "lir",
            EmitKind::Mlir => "mlir",
            EmitKind::MlirLlvm => "llvm.mlir",
            EmitKind::LlvmIr => "ll",
            EmitKind::Asm => "s",
            EmitKind::Obj => "o",
            EmitKind::Exe => "",
        };
        match &self.output {
            Some(path) if !self.several => (path.as_os_str() != "-").then(|| path.clone()),
            Some(path) => Some(path.with_extension(extension)),
            None if kind < EmitKind::Obj => None,
            None => Some(self.stem.with_extension(extension)),
        }
    }

    /// Writes one product.
    ///
    /// # Errors
    ///
    /// E0504 and E0505.
    pub fn write(&self, product: &Product) -> Result<(), Box<Diagnostic>> {
        let path = self.path(product.kind);
        match (product.kind, &path) {
            (EmitKind::Exe, Some(path)) => {
                link(&product.bytes, path).map_err(|error| Box::new(diagnostic(error)))
            }
            (_, Some(path)) => write_file(path, &product.bytes),
            (_, None) => {
                let mut bytes = Vec::new();
                if self.several {
                    let comment = match product.kind {
                        EmitKind::LlvmIr => ";",
                        EmitKind::Asm => "#",
                        _ => "//",
                    };
                    bytes.extend_from_slice(
                        format!("{comment} ----- {}\n", product.kind.name()).as_bytes(),
                    );
                }
                bytes.extend_from_slice(&product.bytes);
                print(&bytes)
            }
        }
    }
}

/// Links an object to an executable at `path`.
pub fn link(object: &[u8], path: &Path) -> Result<(), LlvmError> {
    let options = LinkOptions { cc: None, arguments: vec!["-lm".into()] };
    luma_llvm::link(object, path, &options)
}

/// An error from below as a diagnostic that is about no source text.
pub fn diagnostic(error: LlvmError) -> Diagnostic {
    error.into_diagnostic(None, &SourceMap::new())
}

/// Writes a file as a whole or not at all ([`luma_process::output`]).
///
/// # Errors
///
/// E0505.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Box<Diagnostic>> {
    luma_process::write_file(path, bytes)
        .map_err(|error| Box::new(Diagnostic::unlocated(codes::E0505, error.to_string())))
}

/// Writes to standard output. A reader that closes the stream early has what it wants: that is no
/// error. On a terminal, text that would steer it is replaced by visible stand-ins.
///
/// # Errors
///
/// E0505.
pub fn print(bytes: &[u8]) -> Result<(), Box<Diagnostic>> {
    if luma_process::stdout_was_closed() && !bytes.is_empty() {
        let message = "cannot write to standard output: it is closed";
        return Err(Box::new(Diagnostic::unlocated(codes::E0505, message)));
    }
    let mut out = std::io::stdout().lock();
    let text = out.is_terminal().then(|| String::from_utf8_lossy(bytes));
    let clean = text.as_deref().map(printable);
    let bytes = clean.as_deref().map_or(bytes, str::as_bytes);
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(why) if why.kind() != ErrorKind::BrokenPipe => {
            let message = format!("cannot write to standard output: {why}");
            Err(Box::new(Diagnostic::unlocated(codes::E0505, message)))
        }
        _ => Ok(()),
    }
}

/// The same for commands that do nothing else.
pub fn to_stdout(bytes: &[u8]) -> ExitCode {
    match print(bytes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            crate::report::error(&error.message);
            ExitCode::FAILURE
        }
    }
}
