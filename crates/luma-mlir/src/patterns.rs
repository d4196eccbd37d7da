//! Applies pattern files and transform scripts to the module of a session.
//!
//! Both are MLIR themselves: patterns are `pdl.pattern` ops, a script is a
//! `transform.named_sequence @__transform_main`. They are parsed in the context of the module, whose
//! dialects they work on; the dialects they are written in become known when one is used.

use std::ffi::c_void;

use melior::ir::Module;
use mlir_sys as sys;

use crate::error::{MlirError, MlirMessage, MlirPosition, position_of, string_of, string_ref};
use crate::passes;
use crate::session::{PrintOptions, Session, parse, print};

impl Session {
    /// Applies the patterns in `text` (`pdl` dialect) until none matches. Diagnostics show `name` as
    /// the file name of `text`.
    ///
    /// # Errors
    /// Located errors in the text (the module is then unchanged), or that the patterns do not
    /// terminate or produce an invalid module.
    pub fn apply_patterns(&mut self, name: &str, text: &str) -> Result<(), MlirError> {
        const STEP: &str = STEP_PATTERNS;
        self.begin();
        // SAFETY: the context is alive; registries are created and destroyed here.
        unsafe {
            let registry = sys::mlirDialectRegistryCreate();
            sys::mlirDialectHandleInsertDialect(sys::mlirGetDialectHandle__pdl__(), registry);
            let interpreted = sys::mlirGetDialectHandle__pdl_interp__();
            sys::mlirDialectHandleInsertDialect(interpreted, registry);
            sys::mlirContextAppendDialectRegistry(self.context.to_raw(), registry);
            sys::mlirDialectRegistryDestroy(registry);
        }
        self.load(&["pdl", "pdl_interp", "func", "scf", "cf", "arith", "math", "llvm", "ub"]);
        let patterns = parse(&self.context, &self.messages, name, text)
            .map_err(|error| MlirError { step: STEP.to_owned(), ..error })?;
        // SAFETY: the module was just parsed, and belongs to the context.
        let patterns = unsafe { Module::from_raw(patterns) };
        check_patterns(&patterns, name)?;
        // SAFETY: everything is alive. The pattern module takes the parsed module over, the set
        // takes the pattern module's contents, and the frozen set the set; what remains of each is
        // destroyed here.
        let converged = unsafe {
            let module = sys::mlirPDLPatternModuleFromModule(patterns.to_raw());
            std::mem::forget(patterns);
            let set = sys::mlirRewritePatternSetFromPDLPatternModule(module);
            let frozen = sys::mlirFreezeRewritePattern(set);
            let config = sys::mlirGreedyRewriteDriverConfigCreate();
            sys::mlirGreedyRewriteDriverConfigSetMaxNumRewrites(config, MOST_REWRITES);
            sys::mlirGreedyRewriteDriverConfigSetRegionSimplificationLevel(
                config,
                sys::MlirGreedySimplifyRegionLevel_MLIR_GREEDY_SIMPLIFY_REGION_LEVEL_DISABLED,
            );
            let result =
                sys::mlirApplyPatternsAndFoldGreedily(self.module.to_raw(), frozen, config);
            sys::mlirGreedyRewriteDriverConfigDestroy(config);
            sys::mlirFrozenRewritePatternSetDestroy(frozen);
            sys::mlirPDLPatternModuleDestroy(module);
            result.value != 0
        };
        if !converged {
            return Err(self.messages.take_error(STEP, "the patterns do not come to an end"));
        }
        self.verify().map_err(|error| MlirError { step: STEP.to_owned(), ..error })
    }

    /// Runs the `transform.named_sequence @__transform_main` of the script `text` on the module.
    /// Diagnostics show `name` as the file name of `text`. `check` is given the script in MLIR's
    /// generic form, and says why it must not run.
    ///
    /// # Errors
    /// Located errors in the text, or what `check` says (the module is then unchanged), or errors of
    /// the script (the module may then be partly transformed).
    pub fn apply_transform(
        &mut self,
        name: &str,
        text: &str,
        check: &dyn Fn(&str) -> Result<(), String>,
    ) -> Result<(), MlirError> {
        const STEP: &str = "running the transform script";
        self.begin();
        // Scripts may name passes.
        passes::register_by_name();
        // SAFETY: the context is alive; the registry is created and destroyed here, and an
        // `MlirDialectRegistry` is a pointer to the registry the functions take a reference to.
        unsafe {
            let registry = sys::mlirDialectRegistryCreate();
            let transform = sys::mlirGetDialectHandle__transform__();
            sys::mlirDialectHandleInsertDialect(transform, registry);
            for register in
                [register_func_extension, register_loop_extension, register_scf_extension]
            {
                register(registry.ptr);
            }
            sys::mlirContextAppendDialectRegistry(self.context.to_raw(), registry);
            sys::mlirDialectRegistryDestroy(registry);
        }
        self.load(&["transform", "func", "scf", "cf", "arith", "math", "llvm", "ub"]);
        let script = parse(&self.context, &self.messages, name, text)
            .map_err(|error| MlirError { step: STEP.to_owned(), ..error })?;
        // SAFETY: the module was just parsed, and belongs to the context.
        let script = unsafe { Module::from_raw(script) };
        let top = script.as_operation().to_raw();
        // SAFETY: the script is alive, and so is all in it; strings are copied.
        let done = unsafe {
            let marker = string_ref("transform.with_named_sequence");
            if sys::mlirOperationGetAttributeByName(top, marker).ptr.is_null() {
                sys::mlirOperationSetAttributeByName(
                    top,
                    marker,
                    sys::mlirUnitAttrGet(self.context.to_raw()),
                );
            }
            check(&print(top, PrintOptions { debug_info: false, generic: true }))
                .map_err(|why| error_in(STEP, name, &why, None))?;
            let main = main_sequence(&script).map_err(|why| error_in(STEP, name, why, None))?;
            let options = sys::mlirTransformOptionsCreate();
            let result = sys::mlirTransformApplyNamedSequence(self.op(), main, top, options);
            sys::mlirTransformOptionsDestroy(options);
            result.value != 0
        };
        if !done {
            return Err(self.messages.take_error(STEP, "the script failed"));
        }
        self.verify().map_err(|error| MlirError { step: STEP.to_owned(), ..error })
    }

    fn begin(&mut self) {
        self.messages.clear();
        self.verified.set(false);
        self.lowered_here = false;
    }

    /// Loads the dialects, because op names are only known once their dialect is loaded.
    fn load(&self, dialects: &[&str]) {
        for dialect in dialects {
            // SAFETY: the context is alive and knows the dialects.
            unsafe { sys::mlirContextGetOrLoadDialect(self.context.to_raw(), string_ref(dialect)) };
        }
    }
}

/// Bounds patterns that undo each other.
const MOST_REWRITES: i64 = 10_000_000;

// The C API cannot register the extensions of the transform dialect one by one. These are the
// functions its C++ counterpart calls.
unsafe extern "C" {
    /// `mlir::func::registerTransformDialectExtension(mlir::DialectRegistry &)`
    #[link_name = "_ZN4mlir4func33registerTransformDialectExtensionERNS_15DialectRegistryE"]
    fn register_func_extension(registry: *mut c_void);
    /// `mlir::scf::registerTransformDialectExtension(mlir::DialectRegistry &)`
    #[link_name = "_ZN4mlir3scf33registerTransformDialectExtensionERNS_15DialectRegistryE"]
    fn register_scf_extension(registry: *mut c_void);
    /// `mlir::transform::registerLoopExtension(mlir::DialectRegistry &)`
    #[link_name = "_ZN4mlir9transform21registerLoopExtensionERNS_15DialectRegistryE"]
    fn register_loop_extension(registry: *mut c_void);
}

/// The entry sequence of a script.
///
/// # Safety
/// The script is alive.
unsafe fn main_sequence(script: &Module<'_>) -> Result<sys::MlirOperation, &'static str> {
    // SAFETY: as for this function; an op without an attribute gives a null one.
    unsafe {
        let mut op = sys::mlirBlockGetFirstOperation(sys::mlirModuleGetBody(script.to_raw()));
        while !op.ptr.is_null() {
            let name = string_of(sys::mlirIdentifierStr(sys::mlirOperationGetName(op)));
            let symbol = sys::mlirOperationGetAttributeByName(op, string_ref("sym_name"));
            if name == "transform.named_sequence"
                && !symbol.ptr.is_null()
                && sys::mlirAttributeIsAString(symbol)
                && string_of(sys::mlirStringAttrGetValue(symbol)) == "__transform_main"
            {
                let body = sys::mlirRegionGetFirstBlock(sys::mlirOperationGetRegion(op, 0));
                if body.ptr.is_null() {
                    return Err("`@__transform_main` has no body");
                }
                if sys::mlirBlockGetNumArguments(body) != 1 {
                    return Err("`@__transform_main` must take one argument, the op to transform");
                }
                return Ok(op);
            }
            op = sys::mlirOperationGetNextInBlock(op);
        }
    }
    Err("the script has no `transform.named_sequence @__transform_main`")
}

/// Errors in patterns on which MLIR would abort.
fn check_patterns(patterns: &Module<'_>, name: &str) -> Result<(), MlirError> {
    let mut found = Found { errors: Vec::new(), patterns: 0 };
    let user_data = (&raw mut found).cast::<c_void>();
    // SAFETY: the module is alive and is not changed; `found` outlives the call.
    unsafe {
        let order = sys::MlirWalkOrder_MlirWalkPreOrder;
        sys::mlirOperationWalk(patterns.as_operation().to_raw(), Some(look), user_data, order);
    }
    if found.errors.is_empty() && found.patterns == 0 {
        return Err(error_in(STEP_PATTERNS, name, "the file has no `pdl.pattern`", None));
    }
    match found.errors.is_empty() {
        true => Ok(()),
        false => Err(MlirError {
            step: STEP_PATTERNS.to_owned(),
            errors: found.errors,
            notes: Vec::new(),
        }),
    }
}

const STEP_PATTERNS: &str = "applying patterns";

struct Found {
    errors: Vec<MlirMessage>,
    patterns: usize,
}

/// Checks an op of the patterns; `found` is a [`Found`].
unsafe extern "C" fn look(op: sys::MlirOperation, found: *mut c_void) -> sys::MlirWalkResult {
    // SAFETY: the op is alive, and `found` is as said.
    unsafe {
        let found = &mut *found.cast::<Found>();
        let name = string_of(sys::mlirIdentifierStr(sys::mlirOperationGetName(op)));
        let parent = sys::mlirOperationGetParentOperation(op);
        let external = || {
            let attribute = sys::mlirOperationGetAttributeByName(op, string_ref("name"));
            !attribute.ptr.is_null()
        };
        let why = match name.as_str() {
            "builtin.module" if parent.ptr.is_null() => None,
            "pdl.pattern" => {
                found.patterns += 1;
                None
            }
            "pdl.apply_native_constraint" | "pdl.apply_native_rewrite" => {
                Some(format!("`{name}` calls a native function, which is not supported"))
            }
            "pdl.rewrite" if external() => {
                Some("`pdl.rewrite` calls a native function, which is not supported".to_owned())
            }
            _ if name.starts_with("pdl.") => None,
            _ => Some(format!("`{name}` is not allowed in a pattern file")),
        };
        found.errors.extend(why.map(|text| MlirMessage { text, position: position_of(op) }));
    }
    sys::MlirWalkResult_MlirWalkResultAdvance
}

/// An error in the file `name`, at its start if it has no other location.
fn error_in(step: &str, name: &str, text: &str, position: Option<MlirPosition>) -> MlirError {
    let start = || MlirPosition { file: name.to_owned(), line: 1, column: 1 };
    let position = Some(position.unwrap_or_else(start));
    let errors = vec![MlirMessage { text: text.to_owned(), position }];
    MlirError { step: step.to_owned(), errors, notes: Vec::new() }
}
