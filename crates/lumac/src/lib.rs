//! lumac
