//! Dialect tables: any input results in located diagnostics or in valid IR.
#![no_main]

#[path = "../../tests/checks.rs"]
#[allow(dead_code, reason = "each target uses a part")]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        checks::on_big_stack(|| {
            checks::dialect("input", text);
        });
    }
});
