//! Pipeline files. Each line defines a pipeline: a name, a colon, and flags.
//!
//! ```text
//! # The first is what the others are compared with.
//! none: -O0
//! mine: -O1 --luma-passes='func(lower-defer, mem2reg{max-slots=4})'
//! ```

use clap::Parser;
use luma_diagnostics::{Diagnostic, FileId, SourceMap, Span, codes};

use luma_driver::levels;
use luma_driver::options::{CodeArgs, PipelineArgs};

/// One line of the file.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) flags: Flags,
    pub(crate) span: Span,
}

/// The flags of a line.
#[derive(Parser, Debug)]
#[command(no_binary_name = true, disable_help_flag = true, disable_version_flag = true)]
pub(crate) struct Flags {
    #[command(flatten)]
    pub(crate) code: CodeArgs,
    #[command(flatten)]
    pub(crate) pipeline: PipelineArgs,
}

/// The pipelines of a file, in order. What is wrong with lines goes to `diagnostics`.
pub(crate) fn parse(map: &SourceMap, file: FileId, diagnostics: &mut Vec<Diagnostic>) -> Vec<Line> {
    let text = levels::text(map, file);
    let mut lines: Vec<Line> = Vec::new();
    let mut start = 0;
    for whole in text.split_inclusive('\n') {
        let span = Span::new(file, start as u32, (start + whole.trim_end().len()) as u32);
        start += whole.len();
        let line = whole.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut wrong = |message: String| {
            diagnostics.push(
                Diagnostic::new(codes::E0507, span, message)
                    .help("a line is a name, a colon, and flags: `fast: -O3 --threads=1`"),
            );
        };
        let Some((name, flags)) = line.split_once(':') else {
            wrong("missing pipeline name; expected `NAME: FLAGS`".into());
            continue;
        };
        let name = name.trim();
        let plain = |c: char| !c.is_whitespace() && c != ',' && c != '"';
        if name.is_empty() || !name.chars().all(plain) {
            wrong(format!(
                "invalid pipeline name `{name}`; expected a word without blanks, commas and quotes"
            ));
        } else if lines.iter().any(|line| line.name == name) {
            wrong(format!("duplicate pipeline name `{name}`"));
        } else {
            match words(flags).map(Flags::try_parse_from) {
                Ok(Ok(flags)) if flags.pipeline.allow_side_effects => {
                    wrong("`--allow-side-effects` belongs on the command line of `sweep`".into());
                }
                Ok(Ok(flags)) => lines.push(Line { name: name.to_owned(), flags, span }),
                Ok(Err(error)) => {
                    let text = error.render().to_string();
                    let first = text.lines().next().unwrap_or_default();
                    wrong(first.strip_prefix("error: ").unwrap_or(first).to_owned());
                }
                Err(message) => wrong(message.to_owned()),
            }
        }
    }
    if lines.is_empty() && diagnostics.is_empty() {
        let span = Span::new(file, 0, 0);
        diagnostics.push(Diagnostic::new(
            codes::E0507,
            span,
            "the pipeline file defines no pipeline",
        ));
    }
    lines
}

/// The words of a line: separated by blanks outside of quotes and brackets. Quotes that are not
/// inside others disappear.
fn words(text: &str) -> Result<Vec<String>, &'static str> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut depth = 0_usize;
    for c in text.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() && depth == 0 => words.extend(word.take()),
            (None, c) => {
                match c {
                    '(' | '{' | '<' => depth += 1,
                    ')' | '}' | '>' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                word.get_or_insert_default().push(c);
            }
        }
    }
    if quote.is_some() {
        return Err("unterminated quote");
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn splits_as_a_shell_would_but_for_brackets() {
        let split = |text| words(text).unwrap();
        assert_eq!(split(" -O1  --x='a b' "), ["-O1", "--x=a b"]);
        assert_eq!(
            split("--luma-passes=func(a, b{c=1 d=2}) -g"),
            ["--luma-passes=func(a, b{c=1 d=2})", "-g"]
        );
        assert_eq!(split("''"), [""]);
        assert!(words("'").is_err());
    }
}
