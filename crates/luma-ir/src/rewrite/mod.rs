//! Pattern rewriting: a [`Rewriter`] that changes a function, and a driver
//! that applies patterns until none matches.
//!
//! # Writing a pattern
//!
//! Two ways:
//!
//! - **Declared**, beside the operation in its `dialect.toml`: `folds = ["(x, 0) => x"]`. The
//!   language is described in [`declared`]; [`declared_patterns`] are those of a context.
//! - **In Rust**: a [`RewritePattern`] looks at one operation, its root, and either leaves
//!   everything as it is and says `false`, or changes the function, through the [`Rewriter`] alone,
//!   and says `true`. It must make progress: what it leaves must not match again. A closure will do,
//!   see [`PatternSet::add_fn`].
//!
//! What a pattern may do: a pass may remove undefined behaviour (an unused load of an uninitialised
//! variable goes, and with it the trap of the interpreter) and never add any. What the language
//! defines must stay: a division by zero traps.
//!
//! Operations are made by [`Rewriter::build_before`], which hands out a
//! [`Builder`](crate::Builder); the typed views of [`dialects`](crate::dialects) build with it. The
//! location of what is made comes from the operation it stands before, through the function the
//! rewriter was made with: in a pass, `PassContext::derive`.
//!
//! ```
//! use std::sync::Arc;
//! use luma_diagnostics::SourceMap;
//! use luma_ir::dialects::luma;
//! use luma_ir::rewrite::{Config, PatternSet, Rewriter, apply_greedily};
//! use luma_ir::{Context, Op, PrintOptions, Type, parse_module, print_module};
//!
//! /// `x + x` is `x << 1`.
//! fn double(op: Op, rewriter: &mut Rewriter<'_>) -> bool {
//!     let f = rewriter.func();
//!     let add = luma::Add(op);
//!     let (lhs, rhs) = (add.lhs(f), add.rhs(f));
//!     let ty = f.value_type(lhs);
//!     if lhs != rhs || !ty.is_int() {
//!         return false;
//!     }
//!     let shifted = rewriter.build_before(op, |b| {
//!         let one = luma::Constant::build(b, luma_ir::Attribute::Int(1, ty), ty).result(b.func);
//!         luma::Shl::build(b, lhs, one, ty).result(b.func)
//!     });
//!     rewriter.replace_op(op, &[shifted]);
//!     true
//! }
//!
//! let mut map = SourceMap::new();
//! let file = map.add("double.lir", "luma.func public @f(%x: i64) -> i64 {
//!   %0 = luma.add(%x, %x) : (i64, i64) -> i64
//!   luma.return(%0) : (i64) -> ()
//! }");
//! let mut module = parse_module(Arc::new(Context::new()), &map, file).unwrap();
//!
//! let mut patterns = PatternSet::new();
//! patterns.add_fn("double", Some(luma::Add::NAME), double);
//! let context = module.context.clone();
//! for f in module.functions.values_mut() {
//!     let outcome = apply_greedily(&context, f, &patterns, &Config::default(), &|loc| loc);
//!     assert!(outcome.converged);
//!     assert_eq!(outcome.rewrites, [("double".to_owned(), 1)]);
//! }
//! assert!(print_module(&module, PrintOptions::default()).contains("luma.shl(%x, %0)"));
//! ```

pub mod declared;
mod driver;
mod pattern;
mod rewriter;

pub use declared::declared_patterns;
pub use driver::{Config, Outcome, apply, apply_greedily, is_removable};
pub use pattern::{PatternSet, RewritePattern};
pub use rewriter::Rewriter;
