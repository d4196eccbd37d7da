//! luma-pass
