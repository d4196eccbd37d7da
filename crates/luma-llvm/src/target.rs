//! Target machines.

use inkwell::OptimizationLevel;
use inkwell::targets::{
    CodeModel, FileType, InitializationConfig, RelocMode, Target as LlvmTarget, TargetMachine,
    TargetTriple,
};

use crate::error::{LlvmError, LlvmErrorKind};
use crate::fatal;

/// An optimisation level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum OptLevel {
    /// `-O0`: no optimisation.
    O0,
    /// `-O1`: cheap optimisations.
    O1,
    /// `-O2`: the default set of optimisations.
    #[default]
    O2,
    /// `-O3`: optimisations that may increase code size.
    O3,
}

impl OptLevel {
    /// The pipeline of this level in the syntax of LLVM's `opt -passes`; empty for no passes.
    pub fn pipeline(self) -> &'static str {
        match self {
            // Generated code marks nothing `alwaysinline`, so not even that pass is needed.
            Self::O0 => "",
            Self::O1 => "default<O1>",
            Self::O2 => "default<O2>",
            Self::O3 => "default<O3>",
        }
    }

    fn codegen(self) -> OptimizationLevel {
        match self {
            Self::O0 => OptimizationLevel::None,
            Self::O1 => OptimizationLevel::Less,
            Self::O2 => OptimizationLevel::Default,
            Self::O3 => OptimizationLevel::Aggressive,
        }
    }
}

/// Options of code generation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetOptions {
    /// A target triple such as `aarch64-unknown-linux-gnu`, or only an architecture. `None` is the
    /// host.
    pub triple: Option<String>,
    /// The optimisation level.
    pub level: OptLevel,
}

/// A target machine.
#[derive(Debug)]
pub struct Target {
    pub(crate) machine: TargetMachine,
    triple: String,
    cpu: &'static str,
    level: OptLevel,
}

/// The operating systems whose object formats and calling conventions are supported.
const SYSTEMS: &[&str] =
    &["linux", "freebsd", "netbsd", "openbsd", "dragonfly", "darwin", "macos", "none", "unknown"];

/// The architectures that are built in: their names in triples, and the baseline CPU.
const ARCHITECTURES: &[(&[&str], &str)] =
    &[(&["x86_64", "amd64"], "x86-64"), (&["aarch64", "arm64"], "generic")];

/// The triple of the machine lumac was built for: `x86_64-pc-linux-gnu`.
pub fn host_triple() -> String {
    TargetMachine::get_default_triple().as_str().to_string_lossy().into_owned()
}

/// Whether code for `triple` cannot run on the host because its architecture or operating system
/// differs. False for an unknown triple, which [`Target::new`] reports.
pub fn is_foreign(triple: &str) -> bool {
    let parts = |triple: &str| {
        let (triple, _) = resolve(triple).ok()?;
        let mut parts = triple.split('-').map(str::to_owned);
        Some((parts.next()?, parts.nth(1)?))
    };
    match (parts(triple), parts(&host_triple())) {
        (Some((machine, system)), Some((this_machine, this_system))) => {
            machine != this_machine || system != this_system
        }
        _ => false,
    }
}

impl Target {
    /// Creates the target machine for `options`.
    ///
    /// # Errors
    /// The triple is malformed, unknown or not built in.
    pub fn new(options: &TargetOptions) -> Result<Self, LlvmError> {
        fatal::install();
        let name = options.triple.clone().unwrap_or_else(host_triple);
        let (triple, cpu) = resolve(&name).map_err(|why| unknown_target(&name, &why))?;
        let handle = TargetTriple::create(&triple);
        let target = LlvmTarget::from_triple(&handle)
            .map_err(|why| unknown_target(&name, why.to_string().trim()))?;
        let machine = target
            .create_target_machine(
                &handle,
                cpu,
                "",
                options.level.codegen(),
                // Linkers make position-independent executables by default.
                RelocMode::PIC,
                CodeModel::Default,
            )
            .ok_or_else(|| unknown_target(&name, "LLVM offers no code generator for it"))?;
        machine.set_asm_verbosity(true);
        Ok(Self { machine, triple, cpu, level: options.level })
    }

    /// The normalised triple: `aarch64-unknown-linux-gnu`.
    pub fn triple(&self) -> &str {
        &self.triple
    }

    /// The data layout string.
    pub fn data_layout(&self) -> String {
        self.machine.get_target_data().get_data_layout().as_str().to_string_lossy().into_owned()
    }

    /// The CPU that code is generated for.
    pub fn cpu(&self) -> &str {
        self.cpu
    }

    /// The optimisation level.
    pub fn level(&self) -> OptLevel {
        self.level
    }

    pub(crate) fn emit(
        &self,
        module: &inkwell::module::Module<'_>,
        kind: FileType,
    ) -> Result<Vec<u8>, String> {
        let buffer = self
            .machine
            .write_to_memory_buffer(module, kind)
            .map_err(|why| why.to_string().trim().to_owned())?;
        let bytes = buffer.as_slice();
        // The slice includes the zero byte that LLVM keeps after its buffers.
        Ok(bytes.split_last().map_or(&[][..], |(_, bytes)| bytes).to_vec())
    }
}

/// The normalised triple and the CPU for `name`, or why there is none. Initialises the LLVM target:
/// only the one in use, because each costs startup time.
fn resolve(name: &str) -> Result<(String, &'static str), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > 100 || !name.chars().all(plain) {
        return Err("expected a triple such as `x86_64-unknown-linux-gnu`".to_owned());
    }
    let architecture = name.split('-').next().unwrap_or(name);
    let found = ARCHITECTURES.iter().find(|(names, _)| names.contains(&architecture));
    let Some(&(names, cpu)) = found else {
        return Err(format!("this lumac has no code generator for `{architecture}`"));
    };
    let initialize = InitializationConfig { disassembler: false, ..Default::default() };
    if names.contains(&"x86_64") {
        LlvmTarget::initialize_x86(&initialize);
    } else {
        LlvmTarget::initialize_aarch64(&initialize);
    }
    if !name.contains('-') {
        return Ok((format!("{}-unknown-linux-gnu", names.first().unwrap_or(&name)), cpu));
    }
    let triple = TargetMachine::normalize_triple(&TargetTriple::create(name));
    let triple = triple.as_str().to_string_lossy().into_owned();
    let system = triple.split('-').nth(2).unwrap_or("unknown");
    if !SYSTEMS.iter().any(|known| system.starts_with(known)) {
        return Err(format!("unknown operating system `{system}`"));
    }
    Ok((triple, cpu))
}

fn unknown_target(name: &str, why: &str) -> LlvmError {
    let shown: String = name.chars().take(100).flat_map(char::escape_debug).collect();
    LlvmError::new(LlvmErrorKind::Target, format!("unknown target `{shown}`: {why}"))
        .help("targets are triples for x86_64 or aarch64, such as `aarch64-unknown-linux-gnu`")
}
