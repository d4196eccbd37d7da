//! The catalogue of diagnostic codes: for each code its name and its long explanation (one Markdown
//! file per code).

/// One entry of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The code, such as `E0401`.
    pub code: &'static str,
    /// Its short name, such as `memory leak`.
    pub name: &'static str,
    /// The long explanation, in Markdown.
    pub explanation: &'static str,
}

/// The entry for `code` (`E0401`, matched case-insensitively).
pub fn explain(code: &str) -> Option<&'static Entry> {
    CATALOGUE.iter().find(|entry| entry.code.eq_ignore_ascii_case(code))
}

macro_rules! catalogue {
    ($($code:ident $name:literal)*) => {
        /// One constant per code.
        pub mod codes {
            use crate::Code;
            $(#[doc = $name] pub const $code: Code = Code(stringify!($code));)*
        }

        /// All codes, in order.
        pub const CATALOGUE: &[Entry] = &[
            $(Entry {
                code: stringify!($code),
                name: $name,
                explanation: include_str!(concat!("explain/", stringify!($code), ".md")),
            },)*
        ];
    };
}

catalogue! {
    E0100 "file cannot be read"
    E0101 "unexpected token"
    E0102 "unmatched bracket"
    E0103 "unknown character"
    E0104 "malformed literal"
    E0105 "unterminated literal or comment"
    E0106 "integer out of range"
    E0107 "nesting too deep"
    E0108 "source is not UTF-8"
    E0109 "not supported yet"
    E0110 "not allowed at module level"
    E0111 "misplaced attribute or modifier"
    E0201 "undefined name"
    E0202 "undefined type"
    E0203 "duplicate definition"
    E0204 "no such member"
    E0205 "prototype and definition differ"
    E0206 "missing or malformed main"
    E0207 "cyclic definition"
    E0301 "mismatched types"
    E0302 "invalid operand type"
    E0303 "wrong number of arguments"
    E0304 "not callable"
    E0305 "invalid cast"
    E0306 "not assignable"
    E0307 "assignment to a constant"
    E0308 "condition is not bool"
    E0309 "invalid struct literal"
    E0310 "invalid array"
    E0311 "break or continue outside a loop"
    E0312 "jump out of a defer"
    E0313 "invalid switch case"
    E0314 "switch is not exhaustive"
    E0315 "not a constant"
    E0316 "missing return"
    E0317 "cannot be printed"
    E0318 "constant index out of bounds"
    E0319 "invalid use of a type"
    W0301 "value may be missing"
    W0302 "unreachable code"
    E0401 "memory leak"
    E0402 "double free"
    E0403 "use after free"
    E0404 "use after transfer"
    E0405 "free of a borrowed pointer"
    E0406 "free of memory that is not on the heap"
    E0407 "free of an interior pointer"
    E0408 "missing #returns_ownership"
    E0409 "false #returns_ownership"
    E0410 "dangling return"
    W0411 "idle attribute"
    E0412 "conflicting ownership"
    E0501 "malformed IR text"
    E0502 "invalid IR"
    E0503 "code generation failed"
    E0504 "linking failed"
    E0505 "output cannot be written"
    E0506 "malformed dialect"
    E0507 "malformed pipeline file"
    W0501 "object without symbols"
    E0601 "memory leak at run time"
    E0602 "double free at run time"
    E0603 "use after free at run time"
    E0604 "bad free at run time"
    E0605 "access out of bounds"
    E0606 "read of memory without a value"
    E0607 "null dereference"
    E0608 "division by zero"
    E0609 "division overflows"
    E0610 "unreachable code reached"
    E0611 "unknown function of C"
    E0612 "too many steps"
    E0613 "stack overflow"
    E0615 "write to a string literal"
    E0616 "misaligned access"
    E0617 "out of memory"
    E0618 "misuse of a function of C"
    E0619 "not supported by the interpreter"
    E0620 "levels disagree"
    E0700 "internal compiler error"
}
