//! luma-ir
