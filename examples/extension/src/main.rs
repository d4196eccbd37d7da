//! lumac with the dialect `clamp`: `cargo run -- run demo.lir`.
//!
//! An extension can register dialects (`clamp.toml`), passes with options and statistics (`merge.rs`)
//! and lowerings (`lowering.rs`). The whole command line works with them.

mod lowering;
mod merge;

fn main() -> std::process::ExitCode {
    lumac::main_with(|registry| {
        registry.register_dialect("clamp.toml", include_str!("../clamp.toml"));
        registry.register_pass(&merge::REGISTRATION);
        registry.register_lowering("clamp.to", lowering::clamp);
    })
}
