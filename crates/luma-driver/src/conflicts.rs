//! Outputs that would destroy an input or each other, found before anything is done.
//!
//! An input that this misses (a numbered file of a tree, a file made meanwhile) is refused when it is
//! written ([`luma_process::output`]).

use std::path::Path;

use luma_process::is_same_file;

/// What is wrong with the `outputs` of a command, each with the option that names it, given its
/// `inputs`.
///
/// # Errors
///
/// A message: an output is an input or another output, directly or by a link. This is wrong usage.
pub fn check<'a>(
    inputs: impl IntoIterator<Item = &'a Path>,
    outputs: &[(&str, &Path)],
) -> Result<(), String> {
    let is_file = |path: &Path| path.as_os_str() != "-" && !path.as_os_str().is_empty();
    let outputs = outputs.iter().filter(|(_, path)| is_file(path));
    let inputs: Vec<&Path> = inputs.into_iter().filter(|path| is_file(path)).collect();
    let mut known: Vec<(&str, &Path)> = Vec::new();
    for &(option, path) in outputs {
        let shown = path.display();
        if let Some(input) = inputs.iter().find(|input| is_same_file(input, path)) {
            let what =
                if *input == path { String::new() } else { format!(" `{}`", input.display()) };
            return Err(format!(
                "the output `{shown}` is the input{what}; name another with `{option}`"
            ));
        }
        if let Some((other, _)) = known.iter().find(|(_, known)| is_same_file(known, path)) {
            let by = if *other == option { String::new() } else { format!(" `{other}` and") };
            return Err(format!("several outputs would be written to `{shown}`:{by} `{option}`"));
        }
        known.push((option, path));
    }
    Ok(())
}
