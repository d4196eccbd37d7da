//! Makes a falsely rejected program small without making it wrong.

use std::collections::BTreeMap;
use std::time::Duration;

use luma_diagnostics::{Diagnostic, FileId, Span};
use luma_reduce::{Options, reduce_source};
use luma_syntax::ast::{Ast, Block, Body, Function, ItemKind, StmtId, StmtKind, TypeKind};

use super::judge::errors;
use crate::drive::{self, Verdict};
use crate::front::lower;

/// Scripts a reduced program must survive: many, so that it stays correct.
const SCRIPTS: u32 = 60;

/// A smaller program that is rejected in the words of `like`, but clean on every script.
///
/// A program can also be made wrong where no script sees it. So functions keep their attributes,
/// are given real objects on some script, and have no more blocks that no script reaches than
/// they had.
pub(super) fn reduce(source: &str, like: &Diagnostic) -> String {
    let limits = Options { max_calls: Some(4000), max_time: Some(Duration::from_secs(60)) };
    let Some(original) = survey(source) else { return source.to_owned() };
    let mut oracle = |text: &str| {
        let Ok(lowered) = lower(text) else { return false };
        errors(&lowered).iter().any(|d| words(d) == words(like))
            && survey(text).is_some_and(|now| {
                now.iter().all(|(name, seen)| {
                    original.get(name).is_some_and(|before| {
                        before.attributes == seen.attributes
                            && before.missed >= seen.missed
                            && (seen.entered || !before.entered)
                    })
                })
            })
    };
    reduce_source(source, &mut oracle, &limits).text
}

/// What makes two diagnostics the same defect.
fn words(diagnostic: &Diagnostic) -> (&str, &str, Option<&str>) {
    let label = diagnostic.primary.as_ref().map(|label| label.message.as_str());
    (diagnostic.code.as_str(), &diagnostic.message, label)
}

/// What the scripts see of a function.
#[derive(Default)]
struct Seen {
    attributes: (bool, Option<Vec<String>>),
    /// Some script calls it with an object in each parameter it takes.
    entered: bool,
    /// Blocks no script reaches.
    missed: usize,
}

/// Runs every script and says what they reach, by function; `None` if one shows a defect.
fn survey(text: &str) -> Option<BTreeMap<String, Seen>> {
    let ast = luma_syntax::parse(FileId(0), text).ast;
    let mut functions = BTreeMap::new();
    // Where, on what condition, in which function, and whether it is its start.
    let mut marks: Vec<(u32, String, String, bool)> = Vec::new();
    let mut spans: Vec<(Span, String)> = Vec::new();
    for (_, item) in ast.items.iter() {
        let ItemKind::Function(function) = &item.kind else { continue };
        let name = &function.name.text.to_string();
        let taken = function.attributes.takes_ownership.as_ref();
        let names: Option<Vec<String>> =
            taken.map(|(names, _)| names.iter().map(|n| n.text.to_string()).collect());
        spans.push((item.span, name.clone()));
        if let Some(Body::Block(block)) = &function.body {
            let tests = names.iter().flat_map(|names| tests(&ast, function, names, text));
            for test in tests.chain(["true".to_owned()]) {
                marks.push((block.span.start + 1, test, name.clone(), true));
            }
        }
        let attributes = (function.attributes.returns_ownership.is_some(), names);
        functions.insert(name.clone(), Seen { attributes, entered: true, missed: 0 });
    }
    for block in blocks(&ast) {
        let inside =
            |(span, _): &&(Span, String)| span.start <= block.start && block.end <= span.end;
        let Some((_, name)) = spans.iter().find(inside) else { continue };
        marks.push((block.start + 1, "true".to_owned(), name.clone(), false));
    }
    let mut marked = text.to_owned();
    marks.sort();
    for (index, (at, test, ..)) in marks.iter().enumerate().rev() {
        marked.insert_str(*at as usize, &format!("if ({test}) {{ output(\"<{index}>\"); }}"));
    }
    let lowered = lower(&marked).ok()?;
    let mut output = Vec::new();
    for answers in drive::scripts(1, SCRIPTS) {
        let ran = drive::run(&lowered.module, &answers);
        if ran.verdict != Verdict::Clean {
            return None;
        }
        output.extend(ran.output);
    }
    let output = String::from_utf8_lossy(&output);
    for (index, (_, _, name, start)) in marks.into_iter().enumerate() {
        let missed = !output.contains(&format!("<{index}>"));
        if let Some(seen) = functions.get_mut(&name).filter(|_| missed) {
            seen.missed += usize::from(!start);
            seen.entered &= !start;
        }
    }
    Some(functions)
}

/// Conditions that hold if a parameter `function` takes is an object.
fn tests<'a>(
    ast: &'a Ast,
    function: &'a Function,
    names: &'a [String],
    text: &'a str,
) -> impl Iterator<Item = String> + 'a {
    let params = function.params.iter().map(|&param| &ast.locals[param]);
    params.filter_map(move |param| {
        let ty = &ast.types[param.ty];
        let is_taken = names.is_empty() || names.iter().any(|name| *name == param.name.text);
        let ty_text = &text[ty.span.start as usize..ty.span.end as usize];
        (is_taken && matches!(ty.kind, TypeKind::Pointer(_)))
            .then(|| format!("{} != cast<{ty_text}>(0)", param.name.text))
    })
}

/// All blocks in braces but for bodies of functions.
fn blocks(ast: &Ast) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    // A body that is one statement has that statement's span.
    let mut add = |block: &Block| {
        let bare = |id: &StmtId| ast.stmts[*id].span == block.span;
        if !block.stmts.first().is_some_and(bare) {
            found.push(block.span);
        }
    };
    for (_, stmt) in ast.stmts.iter() {
        match &stmt.kind {
            StmtKind::Block(block) | StmtKind::Defer(block) => add(block),
            StmtKind::Loop(l) => add(&l.body),
            StmtKind::If { arms, otherwise } => {
                arms.iter().for_each(|arm| add(&arm.1));
                otherwise.iter().for_each(&mut add);
            }
            StmtKind::Switch { arms, .. } => arms.iter().for_each(|arm| add(&arm.body)),
            _ => {}
        }
    }
    found
}
