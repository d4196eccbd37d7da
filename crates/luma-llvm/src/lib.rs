//! luma-llvm
