//! luma-ownership
