//! The `lumac` executable; see the library of the same name.

fn main() -> std::process::ExitCode {
    lumac::main()
}
