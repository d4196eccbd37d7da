//! `--record=FILE.json`: what happened in one compilation, for scripts.

use std::path::Path;

use luma_diagnostics::Diagnostic;
use luma_pass::instrument::Record;
use serde_json::{Value, json};

use crate::compile::Job;
use crate::emit;
use crate::levels::Product;

/// Writes the record of a compilation that made `products` to `path`, by rename.
///
/// # Errors
///
/// E0505: it cannot be written.
pub(crate) fn write(
    path: &Path,
    job: &Job<'_>,
    record: &Record,
    products: &[Product],
) -> Result<(), Box<Diagnostic>> {
    let sizes: Vec<Value> = products
        .iter()
        .map(|product| json!({ "kind": product.kind.name(), "bytes": product.bytes.len() }))
        .collect();
    let steps = record.to_json();
    let text = json!({
        "version": 1,
        "lumac": crate::options::version(),
        "file": job.file.display().to_string(),
        "opt_level": job.code.opt_level.number(),
        "seconds": record.seconds(),
        "input": steps.get("input"),
        "steps": steps.get("steps"),
        "products": sizes,
    });
    let text = format!("{text:#}\n");
    match path.as_os_str() == "-" {
        true => emit::print(text.as_bytes()),
        false => emit::write_file(path, text.as_bytes()),
    }
}
