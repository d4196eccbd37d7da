//! lumac that also knows the dialect `clamp`: `cargo run -- run demo.lir`.
//!
//! What an extension can bring: a dialect (`clamp.toml`), a pass with an option and a statistic
//! (`merge.rs`), and a lowering (`lowering.rs`). The whole command line works with them.

mod lowering;
mod merge;

fn main() -> std::process::ExitCode {
    lumac::main_with(|registry| {
        registry.register_dialect("clamp.toml", include_str!("../clamp.toml"));
        registry.register_pass(&merge::REGISTRATION);
        registry.register_lowering("clamp.to", lowering::clamp);
    })
}
