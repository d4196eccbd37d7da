//! What `--list-passes` prints.

use std::fmt::Write as _;

use luma_pass::{OptionKind, Registry, Step};

/// The passes over Luma IR with options and statistics, and where those of MLIR and LLVM are listed.
pub(crate) fn passes(registry: &Registry) -> String {
    let mut out = String::from("Passes over Luma IR, for `--luma-passes`:\n");
    for pass in registry.iter() {
        let runs_on = if Step::new(pass).is_function() { "function" } else { "module" };
        let mandatory = if pass.mandatory { ", mandatory" } else { "" };
        // Writing to a string does not fail.
        let _ = writeln!(out, "\n  {} ({runs_on}{mandatory})\n      {}", pass.name, pass.summary);
        for option in pass.options {
            let kind = match option.kind {
                OptionKind::Flag => "flag",
                OptionKind::Number => "number",
                OptionKind::Text => "text",
            };
            let (name, default, summary) = (option.name, option.default, option.summary);
            let _ = writeln!(out, "      {{{name}={default}}} ({kind}): {summary}");
        }
        for statistic in pass.statistics {
            let _ = writeln!(out, "      counts {}: {}", statistic.name, statistic.summary);
        }
    }
    out += "\nMLIR passes, for `--mlir-passes`: those on func, scf, cf, arith, math and llvm of\n\
            `mlir-opt --help`.\n\
            LLVM passes, for `--llvm-passes`: see `opt --print-passes`.\n";
    out
}
