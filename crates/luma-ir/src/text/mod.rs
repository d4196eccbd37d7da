//! The text form: one grammar for every operation, printed and parsed back byte for byte.

mod expansion;
mod lexer;
mod names;
mod parse;
mod print;
mod print_generic;
mod reader;

pub(crate) use expansion::check as check_expansion;
pub use expansion::{Expansions, expand_op};
pub use parse::parse_module;
pub(crate) use print::type_text;
pub use print::{PrintOptions, print_function, print_module, value_names};

lalrpop_util::lalrpop_mod!(
    #[allow(clippy::all, clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
    #[allow(unreachable_pub, unused_imports, dead_code)]
    grammar,
    "/text/grammar.rs"
);
