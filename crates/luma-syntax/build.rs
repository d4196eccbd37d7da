//! Generates the parser from `src/grammar.lalrpop`.

fn main() {
    println!("cargo::rerun-if-changed=src/grammar.lalrpop");
    let generated = lalrpop::Configuration::new().use_cargo_dir_conventions().process();
    if let Err(error) = generated {
        eprintln!("src/grammar.lalrpop: {error}");
        std::process::exit(1);
    }
}
