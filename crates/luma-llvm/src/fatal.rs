//! Handling of `report_fatal_error`.

use std::ffi::{CStr, c_char};
use std::sync::{Once, OnceLock};

use inkwell::llvm_sys::error_handling::LLVMInstallFatalErrorHandler;

static REPORT: OnceLock<fn(&str)> = OnceLock::new();

/// Sets the function that is called once when LLVM reports a fatal error, before the process exits
/// with code 1. By default the message is printed to stderr. Only the first call has an effect.
pub fn on_fatal_error(report: fn(&str)) {
    // A second caller changes nothing, by contract.
    let _ = REPORT.set(report);
}

/// Installs the handler of fatal errors. Must be called before any other function of LLVM.
pub(crate) fn install() {
    static ONCE: Once = Once::new();
    // SAFETY: the handler has the signature LLVM expects, and `Once` keeps a second installation
    // (which LLVM refuses by aborting) away.
    ONCE.call_once(|| unsafe { LLVMInstallFatalErrorHandler(Some(fatal)) });
}

extern "C" fn fatal(reason: *const c_char) {
    let reason = if reason.is_null() {
        "no reason given".into()
    } else {
        // SAFETY: LLVM passes a zero-terminated string that lives during the call.
        unsafe { CStr::from_ptr(reason) }.to_string_lossy()
    };
    match REPORT.get() {
        Some(report) => report(&reason),
        None => eprintln!("error: LLVM cannot go on: {reason}\nnote: this is a bug in lumac"),
    }
    luma_process::crash::restart(0);
    // LLVM ends the process with exit code 1 when this returns.
}
