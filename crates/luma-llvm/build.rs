//! Compiles `src/shim/steps.cpp` with the headers of the LLVM that the executable is linked with.

use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=src/shim/steps.cpp");
    println!("cargo:rerun-if-env-changed=MLIR_SYS_220_PREFIX");
    let config = match std::env::var_os("MLIR_SYS_220_PREFIX") {
        Some(prefix) => PathBuf::from(prefix).join("bin/llvm-config"),
        None => PathBuf::from("llvm-config"),
    };
    let asked = Command::new(&config).arg("--includedir").output();
    let include = match asked {
        Ok(answer) if answer.status.success() => {
            String::from_utf8_lossy(&answer.stdout).trim().to_owned()
        }
        _ => {
            eprintln!("`{}` does not say where LLVM's headers are", config.display());
            std::process::exit(1);
        }
    };
    cc::Build::new()
        .cpp(true)
        .std("c++17")
        .file("src/shim/steps.cpp")
        .flag(format!("-isystem{include}"))
        // As LLVM itself is built.
        .flag("-fno-rtti")
        .flag("-fno-exceptions")
        .define("NDEBUG", None)
        .define("_GNU_SOURCE", None)
        .debug(false)
        .opt_level(1)
        .compile("lumac_llvm_shim");
}
