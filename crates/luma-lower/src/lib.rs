//! luma-lower
