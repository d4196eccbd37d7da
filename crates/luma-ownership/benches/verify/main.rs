//! How long the verification of ownership takes, and how that grows:
//!
//!     cargo bench -p luma-ownership                 # all shapes of programs
//!     cargo bench -p luma-ownership -- defers       # those whose names contain the word
//!     cargo bench -p luma-ownership -- FILE.lx ...  # files
//!     cargo bench -p luma-ownership -- --print FILE.lx ...  # and what is reported
//!
//! Of five runs the best counts; the factor compares a row with the one above, 2 is linear.

#![allow(clippy::unwrap_used, clippy::panic)]

mod shapes;

use std::sync::Arc;
use std::time::Instant;

use luma_diagnostics::{Diagnostic, RenderOptions, SourceMap, render_all};
use luma_ir::{Context, Module};
use luma_ownership::{Options, verify_ownership};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let print = args.iter().any(|arg| arg == "--print");
    let mut words: Vec<&String> = args.iter().filter(|arg| !arg.starts_with("--")).collect();
    words.retain(|word| {
        let is_file = word.ends_with(".lx") || word.ends_with(".lir");
        if is_file {
            file(word, print);
        }
        !is_file
    });
    if args.len() > words.len() {
        return;
    }
    println!("{:22} {:>8} {:>10} {:>7} {:>8}", "shape", "size", "ms", "factor", "reports");
    for (name, sizes, program) in shapes::ALL {
        if !words.is_empty() && !words.iter().any(|word| name.contains(word.as_str())) {
            continue;
        }
        let mut last: Option<f64> = None;
        for &size in *sizes {
            let (time, reports) = measure(&program(size));
            let factor = last.map_or(String::new(), |last| format!("{:.1}", time / last));
            println!("{name:22} {size:8} {time:10.2} {factor:>7} {reports:8}");
            last = Some(time);
        }
    }
}

/// Milliseconds, and how many reports there are.
fn measure(text: &str) -> (f64, usize) {
    let module = lower(text).unwrap_or_else(|errors| panic!("{errors}"));
    let mut best = f64::MAX;
    let mut reports = 0;
    for _ in 0..5 {
        let start = Instant::now();
        reports = verify_ownership(&module, &Options::default()).len();
        best = best.min(start.elapsed().as_secs_f64() * 1000.0);
        if best > 1000.0 {
            break;
        }
    }
    (best, reports)
}

fn file(path: &str, print: bool) {
    let text = std::fs::read_to_string(path).unwrap();
    let mut map = SourceMap::new();
    let file = map.add(path, text.as_str());
    let module = match path.ends_with(".lir") {
        true => luma_ir::parse_module(Arc::new(Context::new()), &map, file)
            .map_err(|errors| rendered(&map, &errors)),
        false => lower(&text),
    };
    let Ok(module) = module else { return println!("{path}: not a program") };
    let options = Options { sources: Some(&map), ..Options::default() };
    let start = Instant::now();
    let found = verify_ownership(&module, &options);
    let time = start.elapsed().as_secs_f64() * 1000.0;
    if print {
        println!("{path}:\n{}", rendered(&map, &found));
    } else {
        println!("{path}: {time:.1} ms, {} reports", found.len());
    }
}

fn rendered(map: &SourceMap, found: &[Diagnostic]) -> String {
    render_all(map, RenderOptions::default(), found)
}

fn lower(text: &str) -> Result<Module, String> {
    let mut map = SourceMap::new();
    let file = map.add("bench.lx", text);
    let parse = luma_syntax::parse(file, text);
    let (analysis, found) = luma_sema::analyze(&parse.ast);
    let errors: Vec<Diagnostic> =
        parse.diagnostics.into_iter().chain(found).filter(Diagnostic::is_error).collect();
    if errors.is_empty() {
        Ok(luma_lower::lower(&parse.ast, &analysis, Arc::new(Context::new())))
    } else {
        Err(rendered(&map, &errors))
    }
}
