//! Linking an object file to an executable, with the system's C compiler as the driver.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use luma_process::output::{install_file, parent, reason};
use luma_process::{Limits, Streams, TempDir};

use crate::error::{LlvmError, LlvmErrorKind};

/// Options of the linker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkOptions {
    /// The command that runs the linker, with its leading arguments. `None` is the environment
    /// variable `CC`, or `cc`.
    pub cc: Option<OsString>,
    /// Arguments after the object: `-lm`, other objects.
    pub arguments: Vec<OsString>,
}

/// Links `object` into the executable `output`. The linker writes to a temporary directory next to
/// `output`; only a complete executable is renamed to it.
///
/// # Errors
/// The linker is missing or fails, or `output` cannot be written.
pub fn link(object: &[u8], output: &Path, options: &LinkOptions) -> Result<(), LlvmError> {
    // Where the executable goes, so that it need not be copied.
    let output_file = fs::canonicalize(output).unwrap_or_else(|_| output.to_owned());
    let special = fs::metadata(output).is_ok_and(|about| !about.is_file() && !about.is_dir());
    let work = if special { TempDir::new() } else { TempDir::hidden_in(parent(&output_file)) };
    let cannot = |why: io::Error| {
        let why = reason(output, &why);
        LlvmError::new(LlvmErrorKind::Write, format!("cannot write `{}`: {why}", output.display()))
    };
    let work = work.map_err(|why| match special {
        true => cannot_link(&std::env::temp_dir(), &why),
        false => cannot(why),
    })?;
    // The linker's messages begin with this name.
    let mut object_name = output.file_stem().unwrap_or(OsStr::new("program")).to_owned();
    object_name.push(".o");
    let object_path = work.path().join(&object_name);
    let linked = work.path().join("program");
    fs::write(&object_path, object).map_err(|why| cannot_link(parent(&object_path), &why))?;

    let (program, leading) = command(options)?;
    if let Some(machine) = foreign_machine(object)
        && leading.is_empty()
        && program == DEFAULT
    {
        let message = format!(
            "linking failed: the object is for {machine}, and `{DEFAULT}` links for {}",
            std::env::consts::ARCH
        );
        return Err(LlvmError::new(LlvmErrorKind::Link, message).help(
            "make an object file with `--emit=obj`, or name a cross compiler in the environment \
             variable `CC`, such as `aarch64-linux-gnu-gcc`",
        ));
    }
    let mut command = Command::new(&program);
    command.args(leading).arg(&object_path).arg("-o").arg(&linked).args(&options.arguments);
    // The linker's own temporary files go with ours, whatever ends it.
    command.env("TMPDIR", std::path::absolute(work.path()).unwrap_or_else(|_| work.path().into()));
    let result = luma_process::capture(command, Streams::Both, &Limits::NONE)
        .map_err(|why| cannot_start(&program, &why))?;
    if !result.end.success() {
        let mut said = String::from_utf8_lossy(&result.stderr).into_owned();
        said.push_str(&String::from_utf8_lossy(&result.stdout));
        // The temporary directory means nothing to the user.
        let said = said.replace(&*object_path.to_string_lossy(), &object_name.to_string_lossy());
        let name = program.to_string_lossy();
        let message = match undefined_symbol(&said) {
            Some(symbol) => format!("linking failed: undefined reference to `{symbol}`"),
            None => format!("linking failed: `{name}` gave {}", result.end),
        };
        return Err(LlvmError::with_output(LlvmErrorKind::Link, message, &said));
    }
    if !linked.is_file() {
        let message = format!(
            "linking failed: `{}` made no file, but says that it succeeded",
            program.to_string_lossy()
        );
        return Err(LlvmError::new(LlvmErrorKind::Link, message)
            .help("name a C compiler in the environment variable `CC`"));
    }
    install_file(&linked, output)
        .map_err(|error| LlvmError::new(LlvmErrorKind::Write, error.to_string()))
}

/// The temporary files of the linker have no place.
fn cannot_link(directory: &Path, why: &io::Error) -> LlvmError {
    let why = reason(&directory.join("."), why);
    let message = format!("linking failed: cannot write to `{}`: {why}", directory.display());
    LlvmError::new(LlvmErrorKind::Write, message)
}

/// The default linker driver.
const DEFAULT: &str = "cc";

/// The machine of an ELF object, or the system of a Mach-O object, if it differs from the host.
fn foreign_machine(object: &[u8]) -> Option<String> {
    // `e_machine`, after the identification and the type; objects are little-endian.
    let machine = match object {
        [0x7f, b'E', b'L', b'F', ..] => object.get(18..20)?,
        [0xcf, 0xfa, 0xed, 0xfe, ..] if cfg!(not(target_os = "macos")) => {
            return Some("macOS".to_owned());
        }
        _ => return None,
    };
    let machine = u16::from_le_bytes(machine.try_into().ok()?);
    let name = match machine {
        62 => "x86_64".to_owned(),
        183 => "aarch64".to_owned(),
        other => format!("ELF machine {other}"),
    };
    (name != std::env::consts::ARCH).then_some(name)
}

/// The program to run and its leading arguments; `CC` may contain both, as in make(1).
fn command(options: &LinkOptions) -> Result<(OsString, Vec<OsString>), LlvmError> {
    let given = options.cc.clone().or_else(|| std::env::var_os("CC"));
    let Some(given) = given.filter(|cc| !cc.is_empty()) else {
        return Ok((DEFAULT.into(), Vec::new()));
    };
    if Path::new(&given).is_file() {
        return Ok((given, Vec::new()));
    }
    let Some(text) = given.to_str() else { return Ok((given, Vec::new())) };
    let mut words = text.split_whitespace().map(OsString::from);
    match words.next() {
        Some(program) => Ok((program, words.collect())),
        None => Err(LlvmError::new(LlvmErrorKind::Link, "`CC` names no program")),
    }
}

fn cannot_start(program: &OsStr, why: &io::Error) -> LlvmError {
    let name = PathBuf::from(program);
    let message = match why.kind() {
        io::ErrorKind::NotFound => format!("the linker driver `{}` was not found", name.display()),
        _ => format!("the linker driver `{}` cannot be started: {why}", name.display()),
    };
    LlvmError::new(LlvmErrorKind::Link, message)
        .help("install a C compiler, or name one in the environment variable `CC`")
}

/// The first undefined symbol in the output of the GNU, LLVM or gold linker.
fn undefined_symbol(said: &str) -> Option<&str> {
    const STARTS: [&str; 3] =
        ["undefined reference to `", "undefined reference to '", "undefined symbol: "];
    let (start, marker) =
        STARTS.iter().filter_map(|marker| Some((said.find(marker)?, marker))).min()?;
    let rest = said.get(start + marker.len()..)?;
    rest.split(['\'', '`', '\n']).next().map(str::trim).filter(|symbol| !symbol.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_missing_symbol() {
        let bfd = "/usr/bin/ld: program.o: in function `main':\na: undefined reference to `foo'\n";
        assert_eq!(undefined_symbol(bfd), Some("foo"));
        assert_eq!(undefined_symbol("ld.lld: error: undefined symbol: bar\n>>> x"), Some("bar"));
        assert_eq!(undefined_symbol("cannot find -lz"), None);
    }

    #[test]
    fn takes_arguments_from_the_command() -> Result<(), LlvmError> {
        let cc = |text: &str| LinkOptions { cc: Some(text.into()), arguments: Vec::new() };
        assert_eq!(
            command(&cc("gcc -m64  -pie"))?,
            ("gcc".into(), vec!["-m64".into(), "-pie".into()])
        );
        assert_eq!(command(&cc("/nonexistent"))?, ("/nonexistent".into(), Vec::new()));
        assert!(command(&cc("  ")).is_err());
        Ok(())
    }
}
