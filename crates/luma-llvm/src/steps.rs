//! Expands LLVM pipelines and runs their passes one at a time.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr::NonNull;

use inkwell::llvm_sys::prelude::LLVMModuleRef;
use inkwell::llvm_sys::target_machine::LLVMTargetMachineRef;

use crate::error::{LlvmError, LlvmErrorKind};
use crate::module::LlvmModule;
use crate::target::{OptLevel, Target};

// `shim/steps.cpp`
unsafe extern "C" {
    fn lumac_steps_new(
        machine: LLVMTargetMachineRef,
        vectorize: bool,
        unroll: bool,
        aggressive: bool,
    ) -> Option<NonNull<c_void>>;
    fn lumac_steps_free(steps: NonNull<c_void>);
    fn lumac_steps_run(
        steps: NonNull<c_void>,
        module: LLVMModuleRef,
        text: *const c_char,
        error: *mut *mut c_char,
    ) -> c_int;
    fn lumac_expand(
        machine: LLVMTargetMachineRef,
        vectorize: bool,
        unroll: bool,
        text: *const c_char,
        error: *mut *mut c_char,
    ) -> *mut c_char;
    fn lumac_text_free(text: *mut c_char);
}

/// Expands every alias (such as `default<O2>`) in `pipeline`, which has the syntax of `opt -passes`.
/// The result is what `opt -print-pipeline-passes` prints.
///
/// # Errors
/// `pipeline` is not valid.
pub fn expand_pipeline(target: &Target, pipeline: &str) -> Result<String, LlvmError> {
    if pipeline.trim().is_empty() {
        return Ok(String::new());
    }
    let text = zero_terminated(pipeline)?;
    let (vectorize, unroll) = tuning(target);
    let mut error = std::ptr::null_mut();
    // SAFETY: the machine is alive, the text is zero-terminated, and the result is a string we own
    // or null.
    let expanded = unsafe {
        let machine = target.machine.as_mut_ptr();
        take(lumac_expand(machine, vectorize, unroll, text.as_ptr(), &raw mut error))
    };
    // SAFETY: null or a string we own.
    expanded.ok_or_else(|| refused(pipeline, unsafe { take(error) }))
}

/// Runs passes on one module, one at a time. Analyses that a pass preserves are kept for the next
/// one, so that running the passes separately gives the same result as running the pipeline.
///
/// Nothing else may change the module between two passes.
#[derive(Debug)]
pub struct StepRunner {
    // Dropped first: its analyses refer to the module.
    steps: Handle,
    module: LlvmModule,
    // Dropped last: the passes ask it about the machine.
    target: Target,
}

#[derive(Debug)]
struct Handle(NonNull<c_void>);

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: made by `lumac_steps_new`, freed once.
        unsafe { lumac_steps_free(self.0) }
    }
}

impl StepRunner {
    /// A runner for `module`, for which [`LlvmModule::set_target`] has been called with `target`.
    /// With `aggressive`, the inliner and full unrolling use the thresholds of `default<O3>`, which
    /// the textual form of the passes does not include.
    ///
    /// # Errors
    /// The runner could not be allocated.
    pub fn new(module: LlvmModule, target: Target, aggressive: bool) -> Result<Self, LlvmError> {
        let (vectorize, unroll) = tuning(&target);
        // SAFETY: the machine is alive.
        let steps =
            unsafe { lumac_steps_new(target.machine.as_mut_ptr(), vectorize, unroll, aggressive) };
        let steps =
            steps.ok_or_else(|| LlvmError::new(LlvmErrorKind::Pass, "LLVM has no memory"))?;
        Ok(Self { steps: Handle(steps), module, target })
    }

    /// Runs the passes named by `text`, usually one: `function(sroa<modify-cfg>)`. Returns whether
    /// the module may have changed.
    ///
    /// # Errors
    /// `text` is not a valid pipeline, or a pass reported an error.
    pub fn run(&mut self, text: &str) -> Result<bool, LlvmError> {
        let terminated = zero_terminated(text)?;
        self.module.forget_reports();
        let mut error = std::ptr::null_mut();
        // SAFETY: the module is alive and all analyses the runner holds are of it; the text is
        // zero-terminated.
        let result = unsafe {
            let module = self.module.raw();
            lumac_steps_run(self.steps.0, module, terminated.as_ptr(), &raw mut error)
        };
        // SAFETY: null or a text of ours.
        let error = unsafe { take(error) };
        self.module.reported(LlvmErrorKind::Pass)?;
        if result == 2 { Err(refused(text, error)) } else { Ok(result == 1) }
    }

    /// The module.
    pub fn module(&self) -> &LlvmModule {
        &self.module
    }

    /// Returns the module and its target after all passes have run.
    pub fn finish(self) -> (LlvmModule, Target) {
        (self.module, self.target)
    }
}

fn tuning(target: &Target) -> (bool, bool) {
    (target.level() >= OptLevel::O2, target.level() >= OptLevel::O1)
}

fn zero_terminated(pipeline: &str) -> Result<CString, LlvmError> {
    let error = || LlvmError::new(LlvmErrorKind::Pass, "a pipeline contains a zero byte");
    CString::new(pipeline).map_err(|_| error())
}

fn refused(pipeline: &str, why: Option<String>) -> LlvmError {
    let why = why.unwrap_or_else(|| "LLVM gave no reason".to_owned());
    LlvmError::new(LlvmErrorKind::Pass, format!("LLVM pipeline `{pipeline}`: {why}"))
}

/// Takes ownership of a string allocated by the shim.
///
/// # Safety
/// `text` is null or was made by the shim and has not been freed.
unsafe fn take(text: *mut c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: as for this function; the text is zero-terminated.
    unsafe {
        let copied = CStr::from_ptr(text).to_string_lossy().into_owned();
        lumac_text_free(text);
        Some(copied)
    }
}
