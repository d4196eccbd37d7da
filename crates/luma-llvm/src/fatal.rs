//! Handling of `report_fatal_error`.

use std::ffi::{CStr, c_char};
use std::sync::Once;

use inkwell::llvm_sys::error_handling::LLVMInstallFatalErrorHandler;

/// Installs the handler of fatal errors, which prints the message and ends the process with exit
/// code 1, unless a restart is [armed](luma_process::crash::arm). Must be called before any other
/// function of LLVM.
pub(crate) fn install() {
    static ONCE: Once = Once::new();
    // SAFETY: the handler has the signature LLVM expects, and `Once` keeps a second installation
    // (which LLVM refuses by aborting) away.
    ONCE.call_once(|| unsafe {
        LLVMInstallFatalErrorHandler(Some(fatal));
        lumac_on_bad_alloc(out_of_memory);
    });
}

// `shim/steps.cpp`
unsafe extern "C" {
    fn lumac_on_bad_alloc(handler: extern "C" fn());
}

extern "C" fn out_of_memory() {
    luma_process::out_of_memory()
}

extern "C" fn fatal(reason: *const c_char) {
    let reason = if reason.is_null() {
        "no reason given".into()
    } else {
        // SAFETY: LLVM passes a zero-terminated string that lives during the call.
        unsafe { CStr::from_ptr(reason) }.to_string_lossy()
    };
    luma_process::crash::restart(0, &reason);
    eprintln!("error: LLVM cannot go on: {reason}");
    luma_process::end_process(1)
}
