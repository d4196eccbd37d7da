//! An LLVM module and its context.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::{CStr, c_void};
use std::ptr::NonNull;

use inkwell::attributes::AttributeLoc;
use inkwell::context::Context;
use inkwell::llvm_sys::LLVMDiagnosticSeverity;
use inkwell::llvm_sys::core::{
    LLVMCloneModule, LLVMContextSetDiagnosticHandler, LLVMDisposeMessage,
    LLVMGetDiagInfoDescription, LLVMGetDiagInfoSeverity, LLVMIsNull,
};
use inkwell::llvm_sys::prelude::LLVMDiagnosticInfoRef;
use inkwell::memory_buffer::MemoryBuffer;
use inkwell::module::{FlagBehavior, Linkage, Module};
use inkwell::passes::PassBuilderOptions;
use inkwell::targets::{FileType, TargetTriple};
use inkwell::values::AsValueRef as _;
use luma_mlir::{Session, nesting};

use crate::error::{LlvmError, LlvmErrorKind, TextPosition};
use crate::fatal;
use crate::numbers;
use crate::target::{OptLevel, Target};

// `shim/steps.cpp`
unsafe extern "C" {
    fn lumac_translate(op: *mut c_void, context: *mut c_void) -> *mut c_void;
}

/// The most data that an object file can have: it is made in memory.
const MOST_DATA: u64 = 1 << 30;

/// One LLVM module with its context.
#[derive(Debug)]
pub struct LlvmModule {
    // Dropped first: the context below owns everything the module points into.
    module: Module<'static>,
    context: Context,
    /// What LLVM reported as errors; boxed, because the context holds its address.
    reports: Box<RefCell<Vec<String>>>,
}

impl LlvmModule {
    /// Translates an MLIR module in the llvm dialect. LLVM and linkers show `name` as the name of the
    /// source file.
    ///
    /// # Errors
    /// Ops without a translation, or (an internal error) LLVM IR that does not verify.
    pub fn translate(name: &str, session: &Session) -> Result<Self, LlvmError> {
        let (context, reports) = new_context();
        let raw = NonNull::new(context.raw().cast::<c_void>())
            .ok_or_else(|| LlvmError::new(LlvmErrorKind::Codegen, "LLVM made no context"))?;
        // SAFETY: the context is alive, MLIR is linked with the same LLVM, and the function gives
        // a module in that context or null.
        let module = unsafe { session.translate_into(raw, lumac_translate) }?;
        // SAFETY: a new module in `context`, ours now, and dropped before it (field order).
        let module = unsafe { Module::new(module.as_ptr().cast()) };
        // MLIR calls every module `LLVMDialectModule`.
        module.set_name(name);
        module.set_source_file_name(name);
        let module = Self { module, context, reports };
        module.verify()?;
        Ok(module)
    }

    /// Whether some function or variable of the module is defined and visible to other objects.
    pub fn exports(&self) -> bool {
        let is_local = |linkage| matches!(linkage, Linkage::Internal | Linkage::Private);
        let mut functions = self.module.get_functions();
        let mut globals = self.module.get_globals();
        functions.any(|f| f.count_basic_blocks() > 0 && !is_local(f.get_linkage()))
            || globals.any(|g| g.get_initializer().is_some() && !is_local(g.get_linkage()))
    }

    /// Parses and verifies `text` as a module called `name`.
    ///
    /// # Errors
    /// The error of the parser or of the verifier.
    pub fn from_ll_text(name: &str, text: &str) -> Result<Self, LlvmError> {
        if let Some((line, column)) = nesting::too_deep(text, ";") {
            let message = format!("nesting deeper than {} levels", nesting::LIMIT);
            let position = Some(TextPosition { line, column });
            return Err(LlvmError { position, ..LlvmError::new(LlvmErrorKind::Parse, message) });
        }
        if let Some((line, column)) = numbers::too_large(text) {
            let message = format!("numbers of values are at most {}", numbers::LARGEST);
            let position = Some(TextPosition { line, column });
            return Err(LlvmError { position, ..LlvmError::new(LlvmErrorKind::Parse, message) });
        }
        never_upgrade_debug_info();
        let (context, reports) = new_context();
        let mut bytes = Vec::with_capacity(text.len() + 1);
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(0);
        let buffer = MemoryBuffer::create_from_memory_range_copy(&bytes, name);
        let module = context
            .create_module_from_ir(buffer)
            .map_err(|why| parse_error(name, &why.to_string_lossy()))?;
        let raw = module.as_mut_ptr();
        std::mem::forget(module);
        // SAFETY: the module just given up by its wrapper, which only lacked the wider lifetime;
        // it is dropped before its context (field order).
        let module = unsafe { Module::new(raw) };
        let module = Self { module, context, reports };
        module.verify()?;
        Ok(module)
    }

    /// The module as text.
    pub fn to_text(&self) -> String {
        self.module.print_to_string().to_string_lossy().into_owned()
    }

    /// The number of instructions in the module, under the single key `llvm`.
    pub fn op_counts(&self) -> BTreeMap<String, u64> {
        let functions = self.module.get_functions();
        let blocks = functions.flat_map(|function| function.get_basic_block_iter());
        let count = blocks.map(|block| block.get_instructions().count() as u64).sum();
        BTreeMap::from([("llvm".to_owned(), count)])
    }

    /// The target triple of the module, if it has one.
    pub fn triple(&self) -> Option<String> {
        let triple = self.module.get_triple();
        let triple = triple.as_str().to_string_lossy();
        (!triple.is_empty()).then(|| triple.into_owned())
    }

    /// Runs LLVM's verifier.
    ///
    /// # Errors
    /// All violations: the first as the message, the others as notes.
    pub fn verify(&self) -> Result<(), LlvmError> {
        self.module.verify().map_err(|why| {
            let text = why.to_string_lossy();
            let (first, rest) = text.trim_end().split_once('\n').unwrap_or((text.trim_end(), ""));
            LlvmError::with_output(LlvmErrorKind::Verify, format!("invalid LLVM IR: {first}"), rest)
        })
    }

    /// Sets what depends on `target`: triple, data layout, position-independent code, unwind tables
    /// (which debuggers and leak checkers need to walk the stack) and the CPU of every function.
    pub fn set_target(&mut self, target: &Target) {
        self.module.set_triple(&TargetTriple::create(target.triple()));
        self.module.set_data_layout(&target.machine.get_target_data().get_data_layout());
        let two = self.module.get_context().i32_type().const_int(2, false);
        for flag in ["PIC Level", "PIE Level", "uwtable"] {
            if self.module.get_flag(flag).is_none() {
                self.module.add_basic_value_flag(flag, FlagBehavior::Warning, two);
            }
        }
        let kind = inkwell::attributes::Attribute::get_named_enum_kind_id("uwtable");
        let unwind = self.context.create_enum_attribute(kind, 2);
        let cpu = self.context.create_string_attribute("target-cpu", target.cpu());
        let frames = (target.level() == OptLevel::O0)
            .then(|| self.context.create_string_attribute("frame-pointer", "all"));
        for function in self.module.get_functions() {
            if function.count_basic_blocks() == 0 {
                continue;
            }
            for attribute in [Some(unwind), Some(cpu), frames].into_iter().flatten() {
                function.add_attribute(AttributeLoc::Function, attribute);
            }
        }
    }

    /// Runs `pipeline`, which has the syntax of LLVM's `opt -passes` and may be empty. See
    /// [`OptLevel::pipeline`] for the built-in pipelines. Call [`Self::set_target`] first.
    ///
    /// # Errors
    /// `pipeline` is not valid, or a pass reported an error.
    pub fn optimize(&mut self, target: &Target, pipeline: &str) -> Result<(), LlvmError> {
        if pipeline.trim().is_empty() {
            return Ok(());
        }
        if pipeline.contains('\0') {
            return Err(LlvmError::new(LlvmErrorKind::Pass, "a pipeline contains a zero byte"));
        }
        let options = PassBuilderOptions::create();
        let vectorize = target.level() >= OptLevel::O2;
        options.set_loop_vectorization(vectorize);
        options.set_loop_slp_vectorization(vectorize);
        options.set_loop_interleaving(vectorize);
        options.set_loop_unrolling(target.level() >= OptLevel::O1);
        self.reports.borrow_mut().clear();
        self.module.run_passes(pipeline, &target.machine, options).map_err(|why| {
            let why = why.to_string_lossy();
            LlvmError::new(LlvmErrorKind::Pass, format!("LLVM pipeline `{pipeline}`: {why}"))
        })?;
        self.reported(LlvmErrorKind::Pass)
    }

    /// The module as assembly text.
    ///
    /// # Errors
    /// The module contains something the target does not support.
    pub fn emit_asm(&self, target: &Target) -> Result<Vec<u8>, LlvmError> {
        // Code generation rewrites the IR as it goes; assembly is for looking at, so it works on
        // a copy and leaves this module as it is.
        // SAFETY: the copy is new, lives in the same context and is dropped here.
        let copy = unsafe { Module::new(LLVMCloneModule(self.module.as_mut_ptr())) };
        self.emit(target, &copy, FileType::Assembly)
    }

    /// The module as a relocatable object file. Code generation may change the IR, so print it first.
    ///
    /// # Errors
    /// The module contains something the target does not support.
    pub fn emit_object(&mut self, target: &Target) -> Result<Vec<u8>, LlvmError> {
        let bytes = self.data_bytes(target);
        if bytes > MOST_DATA {
            let message = format!(
                "the object file would hold {bytes} bytes of data; at most {MOST_DATA} are supported"
            );
            return Err(LlvmError::new(LlvmErrorKind::Codegen, message)
                .help("variables that are zero take no room, unless they are in a named section"));
        }
        self.emit(target, &self.module, FileType::Object)
    }

    /// The bytes of data in an object file, at least: variables that are not zero, or in a named
    /// section, and what aligns them.
    fn data_bytes(&self, target: &Target) -> u64 {
        let layout = target.machine.get_target_data();
        let mut bytes = 0_u64;
        for global in self.module.get_globals() {
            let Some(value) = global.get_initializer() else { continue };
            // SAFETY: the value is a constant of this module.
            let is_zero = unsafe { LLVMIsNull(value.as_value_ref()) } != 0;
            if !is_zero || global.get_section().is_some() {
                let alignment = u64::from(global.get_alignment());
                bytes = bytes.saturating_add(layout.get_abi_size(&value.get_type()));
                bytes = bytes.saturating_add(alignment);
            }
        }
        bytes
    }

    fn emit(
        &self,
        target: &Target,
        module: &Module<'_>,
        kind: FileType,
    ) -> Result<Vec<u8>, LlvmError> {
        self.reports.borrow_mut().clear();
        let bytes = target.emit(module, kind).map_err(|why| {
            LlvmError::new(LlvmErrorKind::Codegen, format!("code generation failed: {why}"))
        })?;
        self.reported(LlvmErrorKind::Codegen)?;
        Ok(bytes)
    }

    /// The module as a handle of LLVM's C API.
    pub(crate) fn raw(&self) -> inkwell::llvm_sys::prelude::LLVMModuleRef {
        self.module.as_mut_ptr()
    }

    /// Discards the errors collected so far.
    pub(crate) fn forget_reports(&self) {
        self.reports.borrow_mut().clear();
    }

    /// The errors LLVM reported since the last `clear`, combined into one.
    pub(crate) fn reported(&self, kind: LlvmErrorKind) -> Result<(), LlvmError> {
        let mut reports = std::mem::take(&mut *self.reports.borrow_mut()).into_iter();
        match reports.next() {
            None => Ok(()),
            Some(report) => {
                // Where no file is named, the place for its name is empty.
                let report = report.trim_start_matches([':', ' ']);
                let (first, excerpt) = report.split_once('\n').unwrap_or((report, ""));
                let mut error = LlvmError::with_output(kind, format!("LLVM: {first}"), excerpt);
                error.notes.extend(reports);
                Err(error)
            }
        }
    }
}

/// A context that collects errors. By default LLVM prints them and exits.
fn new_context() -> (Context, Box<RefCell<Vec<String>>>) {
    fatal::install();
    let context = Context::create();
    let reports = Box::new(RefCell::new(Vec::new()));
    let user_data = (&raw const *reports).cast_mut().cast::<c_void>();
    // SAFETY: the box is kept beside the context for as long as the context lives, and nothing
    // that can report runs while they are dropped.
    unsafe { LLVMContextSetDiagnosticHandler(context.raw(), Some(collect), user_data) };
    (context, reports)
}

extern "C" fn collect(info: LLVMDiagnosticInfoRef, user_data: *mut c_void) {
    // SAFETY: `user_data` is the box of `new_context`; the description is ours to dispose of.
    unsafe {
        if !matches!(LLVMGetDiagInfoSeverity(info), LLVMDiagnosticSeverity::LLVMDSError) {
            return;
        }
        let text = LLVMGetDiagInfoDescription(info);
        if text.is_null() {
            return;
        }
        let reports = &*user_data.cast::<RefCell<Vec<String>>>();
        if let Ok(mut reports) = reports.try_borrow_mut() {
            reports.push(CStr::from_ptr(text).to_string_lossy().into_owned());
        }
        LLVMDisposeMessage(text);
    }
}

/// Parses `NAME:LINE:COLUMN: error: MESSAGE` followed by an excerpt.
fn parse_error(name: &str, text: &str) -> LlvmError {
    let first = text.lines().next().unwrap_or("malformed LLVM IR");
    let (place, message) = first.split_once("error: ").unwrap_or(("", first));
    let place = place.strip_prefix(name).unwrap_or(place);
    let mut numbers = place.split(':').filter_map(|part| part.trim().parse::<u32>().ok());
    let position = numbers.next().zip(numbers.next());
    let position = position.map(|(line, column)| TextPosition { line, column });
    let message = format!("malformed LLVM IR: {message}");
    LlvmError { position, ..LlvmError::new(LlvmErrorKind::Parse, message) }
}

/// Disables the upgrade of old debug information in the LLVM IR reader: it terminates the process if
/// the module is invalid. Without it, the verifier reports what is wrong.
fn never_upgrade_debug_info() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    let arguments = [c"lumac".as_ptr(), c"-disable-auto-upgrade-debug-info".as_ptr()];
    // SAFETY: two zero-terminated strings that live for ever; LLVM's table of options is only
    // changed here, once.
    ONCE.call_once(|| unsafe {
        inkwell::llvm_sys::support::LLVMParseCommandLineOptions(
            2,
            arguments.as_ptr(),
            std::ptr::null(),
        );
    });
}
