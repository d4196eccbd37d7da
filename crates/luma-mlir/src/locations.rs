//! Locations that MLIR's debug information passes cannot read.
//!
//! `ensure-debug-info-scope-on-llvm-func` looks for a position in a file in the callee of every
//! `callsite`, and reads memory that is not there if it has none (LLVM 22).

use mlir_sys as sys;

use std::ffi::c_void;

/// Replaces each call site whose callee has no position in a file by its caller.
///
/// # Safety
/// `op` is alive.
pub(crate) unsafe fn make_readable(op: sys::MlirOperation) {
    // SAFETY: as for this function; the walk changes no structure.
    unsafe {
        let order = sys::MlirWalkOrder_MlirWalkPreOrder;
        sys::mlirOperationWalk(op, Some(visit), std::ptr::null_mut(), order);
    }
}

unsafe extern "C" fn visit(op: sys::MlirOperation, _: *mut c_void) -> sys::MlirWalkResult {
    // SAFETY: the op is alive, and locations live as long as its context.
    unsafe {
        if let Some(location) = readable(sys::mlirOperationGetLocation(op)) {
            sys::mlirOperationSetLocation(op, location);
        }
    }
    sys::MlirWalkResult_MlirWalkResultAdvance
}

/// What to use instead of `location`, if something is wrong with it.
///
/// # Safety
/// The location's context is alive.
unsafe fn readable(location: sys::MlirLocation) -> Option<sys::MlirLocation> {
    // SAFETY: as for this function; each accessor is called on its own kind.
    unsafe {
        if sys::mlirLocationIsACallSite(location) {
            let callee = sys::mlirLocationCallSiteGetCallee(location);
            let caller = sys::mlirLocationCallSiteGetCaller(location);
            let better = readable(caller);
            if !has_position(callee) {
                return Some(better.unwrap_or(caller));
            }
            let better_callee = readable(callee);
            if better.is_none() && better_callee.is_none() {
                return None;
            }
            let callee = better_callee.unwrap_or(callee);
            Some(sys::mlirLocationCallSiteGet(callee, better.unwrap_or(caller)))
        } else if sys::mlirLocationIsAName(location) {
            let better = readable(sys::mlirLocationNameGetChildLoc(location))?;
            let name = sys::mlirIdentifierStr(sys::mlirLocationNameGetName(location));
            let context = sys::mlirLocationGetContext(location);
            Some(sys::mlirLocationNameGet(context, name, better))
        } else if sys::mlirLocationIsAFused(location) {
            let mut parts = parts(location);
            let better: Vec<_> = parts.iter().map(|&part| readable(part)).collect();
            if better.iter().all(Option::is_none) {
                return None;
            }
            for (part, better) in parts.iter_mut().zip(better) {
                *part = better.unwrap_or(*part);
            }
            let context = sys::mlirLocationGetContext(location);
            let metadata = sys::mlirLocationFusedGetMetadata(location);
            let count = parts.len() as isize;
            Some(sys::mlirLocationFusedGet(context, count, parts.as_ptr(), metadata))
        } else {
            None
        }
    }
}

/// Whether MLIR finds a position in a file in `location`.
///
/// # Safety
/// The location's context is alive.
unsafe fn has_position(location: sys::MlirLocation) -> bool {
    // SAFETY: as for this function; each accessor is called on its own kind.
    unsafe {
        if sys::mlirLocationIsAFileLineColRange(location) {
            true
        } else if sys::mlirLocationIsAName(location) {
            has_position(sys::mlirLocationNameGetChildLoc(location))
        } else if sys::mlirLocationIsACallSite(location) {
            has_position(sys::mlirLocationCallSiteGetCaller(location))
        } else {
            sys::mlirLocationIsAFused(location)
                && parts(location).into_iter().any(|part| has_position(part))
        }
    }
}

/// The parts of a fused location.
///
/// # Safety
/// `location` is fused, and its context is alive.
unsafe fn parts(location: sys::MlirLocation) -> Vec<sys::MlirLocation> {
    // SAFETY: as for this function; as many are written as there is room for.
    unsafe {
        let count = sys::mlirLocationFusedGetNumLocations(location) as usize;
        let mut parts = vec![location; count];
        sys::mlirLocationFusedGetLocations(location, parts.as_mut_ptr());
        parts
    }
}
