//! The passes of a session: the fixed lowering to the llvm dialect, and passes by name.

use std::sync::Once;

use mlir_sys as sys;

use crate::error::{MlirError, append, string_ref};
use crate::locations;

/// Why a pass did not run.
pub type PassError = MlirError;

/// Options of the lowering to the llvm dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lowering {
    /// Keep the source line of every op as debug information (`-g`).
    pub debug_info: bool,
}

/// One step of the lowering to the llvm dialect.
#[derive(Debug, Clone, Copy)]
pub struct LoweringStep(&'static Step);

impl LoweringStep {
    /// The name of its pass.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// Whether a module needs it which is as the lowering of Luma IR made it.
    pub fn is_for_luma(self) -> bool {
        !self.0.foreign
    }
}

#[derive(Debug)]
struct Step {
    name: &'static str,
    create: unsafe extern "C" fn() -> sys::MlirPass,
    /// For a dialect that the lowering of Luma IR never uses. A step walks the whole module even if
    /// it finds nothing to do.
    foreign: bool,
}

const fn step(name: &'static str, create: unsafe extern "C" fn() -> sys::MlirPass) -> Step {
    Step { name, create, foreign: false }
}

const fn foreign(name: &'static str, create: unsafe extern "C" fn() -> sys::MlirPass) -> Step {
    Step { name, create, foreign: true }
}

/// In this order: each step leaves only ops that a later one lowers.
static TO_LLVM: [Step; 8] = [
    step("convert-scf-to-cf", sys::mlirCreateConversionSCFToControlFlowPass),
    foreign("convert-math-to-llvm", sys::mlirCreateConversionConvertMathToLLVMPass),
    step("convert-arith-to-llvm", sys::mlirCreateConversionArithToLLVMConversionPass),
    foreign("convert-index-to-llvm", sys::mlirCreateConversionConvertIndexToLLVMPass),
    step("convert-func-to-llvm", sys::mlirCreateConversionConvertFuncToLLVMPass),
    step("convert-cf-to-llvm", sys::mlirCreateConversionConvertControlFlowToLLVMPass),
    foreign("convert-ub-to-llvm", sys::mlirCreateConversionUBToLLVMConversionPass),
    step("reconcile-unrealized-casts", sys::mlirCreateConversionReconcileUnrealizedCastsPass),
];

/// Gives every function a debug scope; without one, its locations are dropped in LLVM IR.
static DEBUG_SCOPE: Step =
    step("ensure-debug-info-scope-on-llvm-func", sys::mlirCreateLLVMDIScopeForLLVMFuncOpPass);

fn steps(options: Lowering) -> impl Iterator<Item = &'static Step> {
    TO_LLVM.iter().chain(options.debug_info.then_some(&DEBUG_SCOPE))
}

/// The steps [`crate::Session::lower_to_llvm_dialect`] takes, in order; each can also be given to
/// [`crate::Session::run_lowering_step`], and its name to [`crate::Session::run_pass`].
pub fn lowering_steps(options: Lowering) -> impl Iterator<Item = LoweringStep> {
    steps(options).map(LoweringStep)
}

/// Runs only this step, whatever the module contains.
///
/// # Safety
/// As for [`lower`].
pub(crate) unsafe fn lower_one(
    context: sys::MlirContext,
    op: sys::MlirOperation,
    step: LoweringStep,
) -> Result<(), String> {
    // SAFETY: as for this function.
    unsafe { run_step(context, op, step.0) }.map_err(|_| "the pass failed".to_owned())
}

/// A pass manager, destroyed when dropped.
pub(crate) struct Manager(sys::MlirPassManager);

impl Drop for Manager {
    fn drop(&mut self) {
        // SAFETY: created by `manager`, destroyed once.
        unsafe { sys::mlirPassManagerDestroy(self.0) }
    }
}

/// A pass manager for any op. One for `builtin.module` rejects passes for other ops while the
/// pipeline is parsed; this one rejects them when it runs, with a located error.
fn manager(context: sys::MlirContext, verify: bool) -> Manager {
    // SAFETY: the context is alive; the manager is new.
    unsafe {
        let manager = Manager(sys::mlirPassManagerCreate(context));
        sys::mlirPassManagerEnableVerifier(manager.0, verify);
        manager
    }
}

/// Runs the steps for `options` on `op`; fewer if `op` is the output of the lowering of Luma IR.
///
/// The verifier does not run between the steps: it costs a large part of a step.
///
/// # Safety
/// `context` and `op` are alive, and `op` belongs to `context`.
pub(crate) unsafe fn lower(
    context: sys::MlirContext,
    op: sys::MlirOperation,
    options: Lowering,
    lowered_here: bool,
) -> Result<(), &'static str> {
    // SAFETY: as for this function.
    unsafe {
        if !lowered_here {
            return steps(options).try_for_each(|step| run_step(context, op, step));
        }
        in_batches(context, op)?;
        if options.debug_info { run_step(context, op, &DEBUG_SCOPE) } else { Ok(()) }
    }
}

unsafe fn run_step(
    context: sys::MlirContext,
    op: sys::MlirOperation,
    step: &Step,
) -> Result<(), &'static str> {
    if std::ptr::eq(step, &raw const DEBUG_SCOPE) {
        // SAFETY: as for this function.
        unsafe { locations::make_readable(op) };
    }
    let manager = manager(context, false);
    // SAFETY: the pass is new and handed over; the rest is as for `lower`.
    let result = unsafe {
        sys::mlirPassManagerAddOwnedPass(manager.0, (step.create)());
        sys::mlirPassManagerRunOnOp(manager.0, op)
    };
    if result.value == 0 { Err(step.name) } else { Ok(()) }
}

/// The number of ops that go through the steps together. Each step walks all its input, so a large
/// module would be fetched from memory once per step; a batch stays in the cache.
const BATCH: usize = 128;

/// Runs the steps on the output of the lowering of Luma IR, batch by batch: no conversion of a
/// function inspects another function. The order of ops is kept.
unsafe fn in_batches(
    context: sys::MlirContext,
    module: sys::MlirOperation,
) -> Result<(), &'static str> {
    // SAFETY: as for `lower`. Every op is in exactly one block at any time: it leaves `body` for
    // `part`, and the conversions put its replacement there, which goes back.
    unsafe {
        let body = sys::mlirRegionGetFirstBlock(sys::mlirOperationGetRegion(module, 0));
        let ops: Vec<sys::MlirOperation> = ops_of(body).collect();
        for batch in ops.chunks(BATCH) {
            let part = Part(sys::mlirModuleCreateEmpty(sys::mlirOperationGetLocation(module)));
            let inside = sys::mlirModuleGetBody(part.0);
            for &op in batch {
                sys::mlirOperationRemoveFromParent(op);
                sys::mlirBlockAppendOwnedOperation(inside, op);
            }
            for step in TO_LLVM.iter().filter(|step| !step.foreign) {
                run_step(context, sys::mlirModuleGetOperation(part.0), step)?;
            }
            let converted: Vec<sys::MlirOperation> = ops_of(inside).collect();
            for op in converted {
                sys::mlirOperationRemoveFromParent(op);
                sys::mlirBlockAppendOwnedOperation(body, op);
            }
        }
    }
    Ok(())
}

/// A module that holds one batch; dropping it destroys the ops left in it.
struct Part(sys::MlirModule);

impl Drop for Part {
    fn drop(&mut self) {
        // SAFETY: created by `in_batches`, destroyed once.
        unsafe { sys::mlirModuleDestroy(self.0) }
    }
}

/// The ops of `block`, in order.
///
/// # Safety
/// `block` is alive, and nothing is moved while the iterator runs.
unsafe fn ops_of(block: sys::MlirBlock) -> impl Iterator<Item = sys::MlirOperation> {
    // SAFETY: as for this function.
    let first = unsafe { sys::mlirBlockGetFirstOperation(block) };
    let some = |op: sys::MlirOperation| (!op.ptr.is_null()).then_some(op);
    std::iter::successors(some(first), move |&op| {
        // SAFETY: `op` is an op of the block.
        some(unsafe { sys::mlirOperationGetNextInBlock(op) })
    })
}

/// Parses `pipeline` and runs it on `op`, verifying after each pass if `verify` says so.
///
/// # Errors
/// `Ok(false)`: a pass failed, and the context's diagnostic handler has the reason. `Err`: the text
/// is not a valid pipeline.
///
/// # Safety
/// `context` and `op` are alive, and `op` belongs to `context`.
pub(crate) unsafe fn run(
    context: sys::MlirContext,
    op: sys::MlirOperation,
    pipeline: &str,
    verify: bool,
) -> Result<bool, String> {
    // SAFETY: as for this function.
    unsafe {
        let manager = parse(context, pipeline, verify)?;
        Ok(sys::mlirPassManagerRunOnOp(manager.0, op).value != 0)
    }
}

/// Parses `pipeline`.
///
/// # Errors
/// Why the text is not a valid pipeline.
///
/// # Safety
/// `context` is alive.
pub(crate) unsafe fn parse(
    context: sys::MlirContext,
    pipeline: &str,
    verify: bool,
) -> Result<Manager, String> {
    register_by_name();
    let manager = manager(context, verify);
    let mut message: Vec<u8> = Vec::new();
    // SAFETY: `message` outlives the call that fills it; the rest is as for this function.
    let parsed = unsafe {
        sys::mlirOpPassManagerAddPipeline(
            sys::mlirPassManagerGetAsOpPassManager(manager.0),
            string_ref(inner(pipeline)),
            Some(append),
            (&raw mut message).cast(),
        )
    };
    match parsed.value {
        0 => Err(String::from_utf8_lossy(&message).trim_end().to_owned()),
        _ => Ok(manager),
    }
}

/// Strips a `builtin.module(...)` around `pipeline`: the manager already runs on the module.
fn inner(pipeline: &str) -> &str {
    let pipeline = pipeline.trim();
    let inside = pipeline.strip_prefix("builtin.module").map(str::trim_start);
    let inside = inside.and_then(|rest| rest.strip_prefix('(')?.strip_suffix(')'));
    match inside {
        // `builtin.module(a),builtin.module(b)` also starts and ends that way.
        Some(text) if balanced(text) => text,
        _ => pipeline,
    }
}

fn balanced(text: &str) -> bool {
    let mut depth = 0_i64;
    for byte in text.bytes() {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

/// Registers the passes that pipelines may name. Only those for the dialects in use: the full set
/// would double the size of the executable.
pub(crate) fn register_by_name() {
    static ONCE: Once = Once::new();
    // SAFETY: registration only fills a global table, and `Once` keeps it to one thread.
    ONCE.call_once(|| unsafe {
        sys::mlirRegisterTransformsPasses();
        sys::mlirRegisterArithArithExpandOpsPass();
        sys::mlirRegisterArithArithIntRangeNarrowing();
        sys::mlirRegisterArithArithIntRangeOpts();
        sys::mlirRegisterArithArithUnsignedWhenEquivalentPass();
        sys::mlirRegisterFuncPasses();
        sys::mlirRegisterLLVMDIScopeForLLVMFuncOpPass();
        sys::mlirRegisterLLVMLLVMLegalizeForExportPass();
        sys::mlirRegisterMathMathExpandOpsPass();
        sys::mlirRegisterMathMathUpliftToFMA();
        sys::mlirRegisterSCFSCFForLoopCanonicalization();
        sys::mlirRegisterSCFSCFForLoopPeeling();
        sys::mlirRegisterSCFSCFForLoopRangeFolding();
        sys::mlirRegisterSCFSCFForToWhileLoop();
        sys::mlirRegisterConversionSCFToControlFlowPass();
        sys::mlirRegisterConversionLiftControlFlowToSCFPass();
        sys::mlirRegisterConversionConvertMathToLLVMPass();
        sys::mlirRegisterConversionConvertMathToLibmPass();
        sys::mlirRegisterConversionArithToLLVMConversionPass();
        sys::mlirRegisterConversionConvertIndexToLLVMPass();
        sys::mlirRegisterConversionConvertFuncToLLVMPass();
        sys::mlirRegisterConversionConvertControlFlowToLLVMPass();
        sys::mlirRegisterConversionUBToLLVMConversionPass();
        sys::mlirRegisterConversionReconcileUnrealizedCastsPass();
    });
}

#[cfg(test)]
mod tests {
    use super::inner;

    #[test]
    fn takes_the_module_off_a_pipeline() {
        assert_eq!(
            inner(" builtin.module(cse, func.func(canonicalize)) "),
            "cse, func.func(canonicalize)"
        );
        assert_eq!(inner("canonicalize"), "canonicalize");
        let two = "builtin.module(cse),builtin.module(cse)";
        assert_eq!(inner(two), two);
    }
}
