//! luma-mlir
