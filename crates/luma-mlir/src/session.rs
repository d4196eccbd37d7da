//! One MLIR module and the context it lives in.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ffi::{CString, c_void};
use std::ptr::NonNull;

use luma_diagnostics::{Diagnostic, SourceMap, codes};
use melior::Context;
use melior::ir::{Location, Module};
use mlir_sys as sys;

use crate::error::{
    Collector, MlirError, MlirMessage, MlirPosition, append, string_of, string_ref,
};
use crate::nesting;
use crate::passes::{self, Lowering, LoweringStep};

/// How [`Session::to_text`] prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PrintOptions {
    /// Print the location of every op.
    pub debug_info: bool,
    /// Print every op in the generic form.
    pub generic: bool,
}

/// What the compile unit of a program is called in its debug information.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DebugInfo {
    /// The source file, as the user calls it.
    pub file: String,
    /// The directory that relative paths start from.
    pub directory: String,
    /// The name and version of the compiler.
    pub producer: String,
    /// Whether optimisations ran or will run.
    pub optimized: bool,
}

/// One MLIR module with its context. No melior type leaves it, because melior's lifetimes do not
/// keep a module from outliving its context; here the order of the fields does.
#[derive(Debug)]
pub struct Session {
    // Dropped first: the context below owns everything the module points into.
    pub(crate) module: Module<'static>,
    pub(crate) context: Context,
    pub(crate) messages: Collector,
    /// Whether nothing has changed since the module was last found valid.
    pub(crate) verified: Cell<bool>,
    /// Whether the module is as the lowering of Luma IR made it.
    pub(crate) lowered_here: bool,
}

impl Session {
    /// An empty module, in a context with the dialects lumac lowers to.
    pub fn new() -> Self {
        let (context, messages) = new_context();
        let location = Location::unknown(&context).to_raw();
        // SAFETY: the location belongs to `context`, which outlives the module (field order).
        let module = unsafe { Module::from_raw(sys::mlirModuleCreateEmpty(location)) };
        Self { module, context, messages, verified: Cell::new(true), lowered_here: false }
    }

    /// Parses and verifies `text`. `name` is what positions call it.
    ///
    /// # Errors
    /// What the parser or the verifier has against the text, located.
    pub fn from_mlir_text(name: &str, text: &str) -> Result<Self, MlirError> {
        let (context, messages) = new_context();
        let module = parse(&context, &messages, name, text)?;
        // SAFETY: not null, owned by us, and dropped before `context` (field order).
        let module = unsafe { Module::from_raw(module) };
        Ok(Self { module, context, messages, verified: Cell::new(true), lowered_here: false })
    }

    /// Lowers `module`, which the verifier of Luma IR has accepted, to func, scf, cf, arith and the
    /// memory operations of llvm. `sources` gives operations their lines; with `debug`, functions,
    /// variables and types are described for debuggers.
    ///
    /// # Errors
    /// E0503: what has no MLIR form, at most one a function. E0502: a result that MLIR finds
    /// invalid, which is a bug of the lowering.
    pub fn from_luma_ir(
        module: &luma_ir::Module,
        sources: &SourceMap,
        debug: Option<&DebugInfo>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut session = Self::new();
        session.lowered_here = true;
        let raw = session.context.to_raw();
        for dialect in ["func", "scf", "cf", "arith", "llvm", "ub"] {
            // SAFETY: the context is alive and knows the dialects, see `new_context`.
            unsafe { sys::mlirContextGetOrLoadDialect(raw, string_ref(dialect)) };
        }
        // SAFETY: the module is alive; its body lives as long.
        let top = unsafe { sys::mlirModuleGetBody(session.module.to_raw()) };
        crate::lower::lower(raw, top, module, sources, debug)?;
        session.verified.set(false);
        session.verify().map_err(|error| error.into_diagnostics(codes::E0502, sources))?;
        Ok(session)
    }

    /// The module as text.
    pub fn to_text(&self, options: PrintOptions) -> String {
        // SAFETY: the module is alive.
        unsafe { print(self.op(), options) }
    }

    /// Checks the invariants of every op.
    ///
    /// # Errors
    /// Every violation.
    pub fn verify(&self) -> Result<(), MlirError> {
        self.messages.clear();
        // SAFETY: the module is alive.
        if self.verified.get() || unsafe { sys::mlirOperationVerify(self.op()) } {
            self.verified.set(true);
            return Ok(());
        }
        Err(self.messages.take_error("verifying MLIR", "the module is invalid"))
    }

    /// Runs one pass, or a pipeline in MLIR's textual syntax: `canonicalize`,
    /// `func.func(cse,loop-invariant-code-motion)`. The module is verified after each pass.
    ///
    /// # Errors
    /// An unknown pass or malformed text (the module is unchanged then), or what the pass says
    /// (the module may be half transformed then).
    pub fn run_pass(&mut self, pipeline: &str) -> Result<(), MlirError> {
        self.run_pass_with(pipeline, true)
    }

    /// As [`Self::run_pass`]; without `verify` nothing is verified, and an invalid module is
    /// noticed by whoever verifies next.
    ///
    /// # Errors
    /// As for [`Self::run_pass`].
    pub fn run_pass_with(&mut self, pipeline: &str, verify: bool) -> Result<(), MlirError> {
        self.messages.clear();
        self.verified.set(false);
        self.lowered_here = false;
        let step = format!("pass `{}`", pipeline.trim());
        // SAFETY: context and module are alive and belong together.
        match unsafe { passes::run(self.context.to_raw(), self.op(), pipeline, verify) } {
            Ok(true) => {
                self.messages.clear();
                Ok(())
            }
            Ok(false) => Err(self.messages.take_error(&step, "the pass failed")),
            Err(reason) => Err(self.messages.take_error(&step, &reason)),
        }
    }

    /// Runs one of [`lowering_steps`](crate::lowering_steps) on the whole module, without
    /// verifying. All of them in order do what [`Self::lower_to_llvm_dialect`] does, more slowly.
    ///
    /// # Errors
    /// What the step says; the module may be half transformed then.
    pub fn run_lowering_step(&mut self, step: LoweringStep) -> Result<(), MlirError> {
        self.messages.clear();
        self.verified.set(false);
        // SAFETY: context and module are alive and belong together.
        unsafe { passes::lower_one(self.context.to_raw(), self.op(), step) }
            .map_err(|reason| self.messages.take_error(&format!("pass `{}`", step.name()), &reason))
    }

    /// How many ops of each dialect the module holds, itself included.
    pub fn op_counts(&self) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        let user_data = (&raw mut counts).cast::<c_void>();
        // SAFETY: the module is alive and is not changed; `counts` outlives the call.
        unsafe {
            let order = sys::MlirWalkOrder_MlirWalkPreOrder;
            sys::mlirOperationWalk(self.op(), Some(count), user_data, order);
        }
        counts
    }

    /// Verifies the module, then lowers scf, cf, arith, math, index, ub and func to the llvm
    /// dialect.
    ///
    /// # Errors
    /// The step that failed and what it says; the module may be half transformed then.
    pub fn lower_to_llvm_dialect(&mut self, options: Lowering) -> Result<(), MlirError> {
        self.verify()?;
        self.messages.clear();
        self.verified.set(false);
        // SAFETY: context and module are alive and belong together.
        let lowered =
            unsafe { passes::lower(self.context.to_raw(), self.op(), options, self.lowered_here) };
        match lowered {
            Ok(()) => {
                // The fixed steps turn what is valid into what is valid; only a part that they
                // left alone could be invalid, and that the translation reports.
                self.verified.set(true);
                Ok(())
            }
            Err(step) => {
                let step = format!("pass `{step}`");
                Err(self.messages.take_error(&step, "the pass failed"))
            }
        }
    }

    /// Translates the module, which must be in the llvm dialect, to LLVM IR. Loads and stores get
    /// the alignments of the module's data layout, or natural ones if it has none.
    ///
    /// `llvm_context` is an `LLVMContextRef`; what is returned is an `LLVMModuleRef` in that
    /// context, owned by the caller, and not verified.
    ///
    /// # Errors
    /// The ops that have no translation.
    ///
    /// # Safety
    /// `llvm_context` is a live LLVM context of the LLVM this crate is linked with, and `translate`
    /// translates an `mlir::Operation` to a module in such a context.
    pub unsafe fn translate_into(
        &self,
        llvm_context: NonNull<c_void>,
        translate: Translate,
    ) -> Result<NonNull<c_void>, MlirError> {
        const STEP: &str = "translating to LLVM IR";
        // The translation asserts its input, so an invalid module must not get there.
        self.verify()?;
        self.messages.clear();
        let name = string_ref("llvm.data_layout");
        // SAFETY: both contexts and the module are alive; strings are copied.
        let module = unsafe {
            register_translations(self.context.to_raw());
            // LLVM's own default aligns 64-bit integers to 4 bytes, and the translation writes
            // that down in every load and store.
            let given = !sys::mlirOperationGetAttributeByName(self.op(), name).ptr.is_null();
            if !given {
                let layout = string_ref("e-i64:64-n8:16:32:64-S128");
                let layout = sys::mlirStringAttrGet(self.context.to_raw(), layout);
                sys::mlirOperationSetAttributeByName(self.op(), name, layout);
            }
            let module = translate(self.op().ptr, llvm_context.as_ptr());
            if !given {
                sys::mlirOperationRemoveAttributeByName(self.op(), name);
            }
            module
        };
        NonNull::new(module).ok_or_else(|| self.messages.take_error(STEP, "MLIR gave no reason"))
    }

    pub(crate) fn op(&self) -> sys::MlirOperation {
        self.module.as_operation().to_raw()
    }
}

/// An op as text.
///
/// # Safety
/// `op` is alive.
pub(crate) unsafe fn print(op: sys::MlirOperation, options: PrintOptions) -> String {
    let mut text: Vec<u8> = Vec::new();
    // SAFETY: the flags are created and destroyed here, the op is alive, and `text` outlives the
    // call that fills it.
    unsafe {
        let flags = sys::mlirOpPrintingFlagsCreate();
        if options.debug_info {
            sys::mlirOpPrintingFlagsEnableDebugInfo(flags, true, false);
        }
        if options.generic {
            sys::mlirOpPrintingFlagsPrintGenericOpForm(flags);
        }
        let sink = (&raw mut text).cast::<c_void>();
        sys::mlirOperationPrintWithFlags(op, flags, Some(append), sink);
        sys::mlirOpPrintingFlagsDestroy(flags);
    }
    if text.last() != Some(&b'\n') {
        text.push(b'\n');
    }
    String::from_utf8(text).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into())
}

/// Translates an `mlir::Operation` to a module in an `llvm::LLVMContext`; null if that fails.
pub type Translate = unsafe extern "C" fn(*mut c_void, *mut c_void) -> *mut c_void;

/// What is wrong with the text of a pipeline, in MLIR's words.
///
/// # Errors
/// An unknown pass or option, or malformed text.
pub fn check_pipeline(pipeline: &str) -> Result<(), String> {
    let (context, messages) = new_context();
    // SAFETY: the context is alive.
    let parsed = unsafe { passes::parse(context.to_raw(), pipeline, false) };
    match parsed {
        Ok(_) => Ok(()),
        Err(reason) => Err(messages.take_error("", &reason).message().to_owned()),
    }
}

/// Counts an op by its dialect; `counts` is the map of [`Session::op_counts`].
unsafe extern "C" fn count(op: sys::MlirOperation, counts: *mut c_void) -> sys::MlirWalkResult {
    // SAFETY: the op is alive, and `counts` is as said.
    unsafe {
        let name = string_of(sys::mlirIdentifierStr(sys::mlirOperationGetName(op)));
        let dialect = name.split('.').next().unwrap_or_default();
        let counts = &mut *counts.cast::<BTreeMap<String, u64>>();
        match counts.get_mut(dialect) {
            Some(count) => *count += 1,
            None => {
                counts.insert(dialect.to_owned(), 1);
            }
        }
    }
    sys::MlirWalkResult_MlirWalkResultAdvance
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

// The C API can only register the translations of all dialects, which brings in code for a dozen
// kinds of processors that are not supported here: 17 MB, and start-up time for each run. These are
// the functions it calls for the two dialects that are left at that point.
unsafe extern "C" {
    /// `mlir::registerBuiltinDialectTranslation(mlir::MLIRContext &)`
    #[link_name = "_ZN4mlir33registerBuiltinDialectTranslationERNS_11MLIRContextE"]
    fn register_builtin_translation(context: *mut c_void);
    /// `mlir::registerLLVMDialectTranslation(mlir::MLIRContext &)`
    #[link_name = "_ZN4mlir30registerLLVMDialectTranslationERNS_11MLIRContextE"]
    fn register_llvm_translation(context: *mut c_void);
}

/// Makes the context know how the dialects that are left after lowering become LLVM IR.
///
/// # Safety
/// The context is alive.
unsafe fn register_translations(context: sys::MlirContext) {
    // SAFETY: an `MlirContext` is a pointer to an `mlir::MLIRContext`, and a C++ reference is
    // passed as a pointer.
    unsafe {
        register_builtin_translation(context.ptr);
        register_llvm_translation(context.ptr);
    }
}

/// Parses and verifies `text`, which `name` is what positions call, as one module of `context`; it
/// belongs to the caller.
///
/// # Errors
/// What the parser or the verifier has against the text, located.
pub(crate) fn parse(
    context: &Context,
    messages: &Collector,
    name: &str,
    text: &str,
) -> Result<sys::MlirModule, MlirError> {
    const STEP: &str = "parsing MLIR";
    if let Some((line, column)) = nesting::too_deep(text, "//") {
        let text = format!("nesting deeper than {} levels", nesting::LIMIT);
        let position = Some(MlirPosition { file: name.to_owned(), line, column });
        let errors = vec![MlirMessage { text, position }];
        return Err(MlirError { step: STEP.to_owned(), errors, notes: Vec::new() });
    }
    // MLIR reads one byte past the end and relies on it being zero.
    let Ok(source) = CString::new(text) else {
        return Err(MlirError::new(STEP, "the text contains a zero byte"));
    };
    let source = sys::MlirStringRef { data: source.as_ptr(), length: text.len() };
    // SAFETY: `source` is zero-terminated and outlives the calls; what is returned belongs to
    // `context`.
    let module = unsafe {
        let module = parse_named(context, source, name);
        if module.ptr.is_null() && messages.says_not_one_op() {
            messages.clear();
            parse_several(context, source, text, name)
        } else {
            module
        }
    };
    if module.ptr.is_null() {
        let mut error = messages.take_error(STEP, "MLIR gave no reason");
        let messages = error.errors.iter_mut().chain(&mut error.notes);
        for position in messages.filter_map(|message| message.position.as_mut()) {
            if position.file == UNNAMED {
                name.clone_into(&mut position.file);
            }
        }
        return Err(error);
    }
    messages.clear();
    Ok(module)
}

/// What MLIR calls a text it was given no name for.
const UNNAMED: &str = "-";

/// Parses a text that is one op. MLIR's only parser that takes the name of the text.
///
/// # Safety
/// A zero byte follows `source`.
unsafe fn parse_named(
    context: &Context,
    source: sys::MlirStringRef,
    name: &str,
) -> sys::MlirModule {
    // SAFETY: as for this function; the op belongs to the context, and a module takes it over.
    unsafe {
        let op = sys::mlirOperationCreateParse(context.to_raw(), source, string_ref(name));
        if op.ptr.is_null() {
            return sys::MlirModule { ptr: std::ptr::null_mut() };
        }
        let module = sys::mlirModuleFromOperation(op);
        if !module.ptr.is_null() {
            return module;
        }
        let module = sys::mlirModuleCreateEmpty(sys::mlirOperationGetLocation(op));
        sys::mlirBlockAppendOwnedOperation(sys::mlirModuleGetBody(module), op);
        module
    }
}

/// Parses a text that is no op or several, by putting the module around it that it leaves out, on
/// its first line so that the others keep their numbers. A text that cannot stand in a module (it
/// defines aliases, or is wrong) goes to the parser that needs no module and knows no names.
///
/// # Safety
/// A zero byte follows `source`, which is `text`.
unsafe fn parse_several(
    context: &Context,
    source: sys::MlirStringRef,
    text: &str,
    name: &str,
) -> sys::MlirModule {
    let quiet = Collector::default();
    let handler = quiet.attach(context.to_raw());
    let wrapped = format!("module {{ {text}\n}}\0");
    let wrapped_ref =
        sys::MlirStringRef { data: wrapped.as_ptr().cast(), length: wrapped.len() - 1 };
    // SAFETY: as for this function; `wrapped` ends in a zero byte and outlives the call, and the
    // handler is detached before `quiet` goes.
    unsafe {
        let module = parse_named(context, wrapped_ref, name);
        sys::mlirContextDetachDiagnosticHandler(context.to_raw(), handler);
        if module.ptr.is_null() {
            sys::mlirModuleCreateParse(context.to_raw(), source)
        } else {
            module
        }
    }
}

/// A context without threads (starting them costs more than a small program takes) that knows the
/// dialects lumac uses. They are loaded on first use, which the parser does by itself.
fn new_context() -> (Context, Collector) {
    let context = Context::new_with_threading(false);
    let messages = Collector::default();
    messages.attach(context.to_raw());
    // SAFETY: handles are immortal; the context is alive.
    unsafe {
        for handle in [
            sys::mlirGetDialectHandle__func__(),
            sys::mlirGetDialectHandle__scf__(),
            sys::mlirGetDialectHandle__cf__(),
            sys::mlirGetDialectHandle__arith__(),
            sys::mlirGetDialectHandle__math__(),
            sys::mlirGetDialectHandle__index__(),
            sys::mlirGetDialectHandle__llvm__(),
            sys::mlirGetDialectHandle__ub__(),
        ] {
            sys::mlirDialectHandleRegisterDialect(handle, context.to_raw());
        }
    }
    (context, messages)
}
