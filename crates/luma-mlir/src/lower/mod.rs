//! Luma IR to MLIR.
//!
//! What comes out, function by function:
//!
//! * **Values.** Numbers, truth values and pointers are MLIR values. A struct or an array is the
//!   address of memory that is never written again, so that 8 KiB of array stay one value.
//! * **Memory.** Variables are `llvm.alloca` in the entry block; truth values take a byte.
//! * **Control.** Structured operations become scf, blocks and branches become cf. What scf cannot
//!   say, `structured-to-cfg` has made blocks of.
//! * **Calls.** Aggregates are passed and returned by address between Luma functions, and as LLVM
//!   aggregates to C. `main` gets C's signature. Names are `luma.NAME`, so that none clashes with
//!   the C library; `main`, public functions and prototypes keep theirs.

mod calls;
mod cfg;
mod counted;
mod debug;
mod division;
mod emit;
mod facts;
mod function;
mod globals;
mod locations;
mod ops;
mod places;
mod print;
mod shape;
mod structured;
mod symbols;
mod types;

use luma_diagnostics::{Diagnostic, SourceMap, codes};
use luma_ir::{Loc, Module};

use crate::session::DebugInfo;
use debug::Debug;
use emit::Emit;
use globals::Strings;
use locations::Locations;
use symbols::Symbols;
use types::{Memory, MemoryTypes};

/// What a step of the lowering gives: its result, or the one reason why there is none.
pub(crate) type Lowered<T> = Result<T, Box<Diagnostic>>;

/// What all functions of a module share while it is lowered.
pub(crate) struct Lowering<'a> {
    pub(crate) emit: Emit,
    pub(crate) module: &'a Module,
    pub(crate) locations: Locations<'a>,
    /// What debuggers get to know beside lines.
    pub(crate) debug: Option<Debug>,
    pub(crate) memory: MemoryTypes<'a>,
    pub(crate) symbols: Symbols,
    pub(crate) strings: Strings,
    /// Which of [`symbols::RUNTIME`] are called.
    pub(crate) runtime: [bool; symbols::RUNTIME.len()],
    /// The block that holds globals and functions.
    pub(crate) top: emit::Block,
}

/// Lowers `module`, which the verifier has accepted, into the MLIR module whose body is `top`. With
/// `debug`, functions, parameters, variables and types get descriptions for debuggers.
///
/// # Errors
/// Everything that has no MLIR form, at most one a function.
pub(crate) fn lower(
    context: mlir_sys::MlirContext,
    top: emit::Block,
    module: &Module,
    sources: &SourceMap,
    debug: Option<&DebugInfo>,
) -> Result<(), Vec<Diagnostic>> {
    let mut lowering = Lowering {
        emit: Emit::new(context, top),
        module,
        locations: Locations::new(sources),
        debug: debug.map(Debug::new),
        memory: MemoryTypes::new(module),
        symbols: Symbols::new(module),
        strings: Strings::default(),
        runtime: [false; symbols::RUNTIME.len()],
        top,
    };
    let mut errors = Vec::new();
    for (&name, global) in &module.globals {
        errors.extend(globals::lower(&mut lowering, name, global).err().map(|e| *e));
    }
    for function in module.functions.values() {
        errors.extend(function::lower(&mut lowering, function).err().map(|e| *e));
    }
    calls::declare_runtime(&mut lowering);
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

impl Lowering<'_> {
    /// Operations made from now on come from `loc`.
    pub(crate) fn at(&mut self, loc: Loc) {
        self.emit.location = match self.debug {
            Some(_) => debug::location(self, loc),
            None => self.locations.get(&self.emit, loc.span),
        };
    }

    /// `ty` in memory; `loc` is what needs it.
    pub(crate) fn memory(&mut self, ty: luma_ir::Type, loc: Loc) -> Lowered<Memory> {
        self.memory.get(&self.emit, ty).map_err(|why| failure(loc, why))
    }
}

/// Something that has no MLIR form, at `loc`.
pub(crate) fn failure(loc: Loc, message: impl Into<String>) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(codes::E0503, loc.span, message))
}
