//! luma-opt
