//! The path of a report, step by step.

use luma_diagnostics::{Diagnostic, Span};
use luma_ir::dialect::Control;
use luma_ir::dialects::{attr, luma, own};
use luma_ir::{Attribute, Op, Value};

use super::{Story, case, name, stored};
use crate::{DefectKind, Event, Loss};

/// Adds the steps of the path that leads to the defect.
pub(super) fn add_steps(story: Story<'_>, diagnostic: Diagnostic) -> Diagnostic {
    let mut diagnostic = diagnostic;
    let mut last: Option<(Span, String)> = None;
    for &event in &story.defect.path {
        if is_idle(story, event) {
            continue;
        }
        let step = step(story, event);
        if last.as_ref() != Some(&step) {
            diagnostic = diagnostic.step(step.0, step.1.clone());
        }
        last = Some(step);
    }
    diagnostic
}

/// Whether a step would repeat what the message says.
fn is_idle(story: Story<'_>, event: Event) -> bool {
    let op = match event {
        // What a call stores is described at the take.
        Event::Alias { op, .. } => return name::is_call(story, op),
        Event::Return { op } => op,
        _ => return false,
    };
    let exits = matches!(story.defect.kind, DefectKind::Leak(Loss::Exit));
    let last = story.defect.path.last() == Some(&event);
    story.span(op) == story.at() || (last && !exits)
}

fn step(story: Story<'_>, event: Event) -> (Span, String) {
    let f = story.f;
    match event {
        Event::Take { op, .. } => {
            let text = match name::taken_from(story, op) {
                Some("heap") => "the object is allocated".to_string(),
                Some("caller") => match name::holder(story, op) {
                    Some(holder) => format!("ownership of `{holder}` is taken from the caller"),
                    None => "ownership is taken from the caller".to_string(),
                },
                _ => match name::callee(story, op) {
                    Some(callee) if name::is_call(story, op) => {
                        let place = stored::whereabouts(story, op);
                        format!("`{callee}` stores an object {place}")
                    }
                    Some(callee) => format!("`{callee}` hands over ownership of its result"),
                    None => "ownership of the result is taken over".to_string(),
                },
            };
            (story.span(op), text)
        }
        Event::Alias { op, .. } => {
            let place = f.operands(op).get(1).and_then(|&place| name::value(story, place));
            let text = match place {
                Some(place) => format!("`{place}` refers to it"),
                None => "another place refers to it".to_string(),
            };
            (story.span(op), text)
        }
        Event::Give { op, .. } => {
            let give = own::Give::cast(f, op).and_then(|give| give.to_attr(f));
            let text = match give.and_then(Attribute::as_str) {
                Some("heap") => "it is freed".to_string(),
                Some("caller") => "it is returned".to_string(),
                _ => match name::callee(story, op) {
                    Some(callee) => format!("`{callee}` takes ownership of it"),
                    None => "its ownership is given away".to_string(),
                },
            };
            (story.span(op), text)
        }
        Event::Branch { op, region } => branch(story, op, region),
        Event::Defer { op } => (story.span(op), "deferred code runs".to_string()),
        Event::Return { op } => (story.span(op), "the function returns".to_string()),
        Event::Outward { op } => (story.span(op), "the address is stored".to_string()),
    }
}

fn branch(story: Story<'_>, op: Op, region: u32) -> (Span, String) {
    let f = story.f;
    let def = story.module.context.op_def(f.op_name(op));
    match def.control {
        Control::Unknown if !f.op_regions(op).is_empty() => {
            let runs = (region as usize) < f.op_regions(op).len();
            let what = if runs { "runs a region" } else { "is done" };
            (story.span(op), format!("`{}` {what}", def.name))
        }
        Control::Loop => {
            let (condition, block) = loop_condition(story, op);
            let truth = region == 1;
            let (span, text) = decision(story, condition, truth, block.unwrap_or(op));
            let end = if truth { "the loop body runs" } else { "the loop ends" };
            let text = match text {
                Some(text) => format!("{text}: {end}"),
                None => end.to_string(),
            };
            (span, text)
        }
        Control::Branch if f.op_attribute(op, attr::CASES).is_some() => {
            let subject = f.operands(op).first().copied();
            let span = subject.and_then(|v| f.def_op(v)).map_or(story.span(op), |d| story.span(d));
            let shown = subject.and_then(|v| name::value(story, v));
            let labels = f
                .op_attribute(op, attr::CASES)
                .and_then(Attribute::as_array)
                .and_then(|cases| cases.get((region as usize).checked_sub(1)?)?.as_array());
            let text = match (shown, labels) {
                (Some(shown), Some(labels)) => {
                    let written =
                        case::labels(story, story.span(op), region as usize - 1, labels.len());
                    let numbers =
                        || labels.iter().filter_map(|l| l.as_int()).map(|l| l.to_string());
                    let list = written.unwrap_or_else(|| numbers().collect());
                    let list: Vec<String> = list.iter().map(|label| format!("`{label}`")).collect();
                    format!("`{shown}` is {}", list.join(" or "))
                }
                (Some(shown), None) => format!("`{shown}` is none of the cases"),
                (None, Some(_)) => format!("case {region} is taken"),
                (None, None) => "no case is taken".to_string(),
            };
            (span, text)
        }
        _ => {
            let condition = f.operands(op).first().copied();
            let truth = region == 0;
            let (span, text) = decision(story, condition, truth, op);
            let end = if truth { "the condition is true" } else { "the condition is false" };
            (span, text.unwrap_or_else(|| end.to_string()))
        }
    }
}

fn loop_condition(story: Story<'_>, op: Op) -> (Option<Value>, Option<Op>) {
    let f = story.f;
    let block = f.op_regions(op).first().and_then(|&region| f.blocks(region).first().copied());
    let last = block.and_then(|block| f.last(block));
    (last.and_then(|last| f.operands(last).first().copied()), None)
}

/// Where and how a condition is decided: "`flag` is false", "`p` is null".
fn decision(
    story: Story<'_>,
    condition: Option<Value>,
    truth: bool,
    otherwise: Op,
) -> (Span, Option<String>) {
    let f = story.f;
    let Some(value) = condition else { return (story.span(otherwise), None) };
    let Some(op) = f.def_op(value) else {
        let text = name::value(story, value).map(|name| format!("`{name}` is {truth}"));
        return (story.span(otherwise), text);
    };
    let span = match f.op_name(op) {
        luma::Constant::NAME => story.span(otherwise),
        _ => story.span(op),
    };
    if f.op_name(op) == luma::Not::NAME
        && let Some(&inner) = f.operands(op).first()
    {
        let (_, text) = decision(story, Some(inner), !truth, otherwise);
        return (span, text);
    }
    if f.op_name(op) == luma::Cmp::NAME
        && let [a, b] = *f.operands(op)
    {
        let pred = luma::Cmp(op).pred_attr(f).and_then(Attribute::as_str);
        let pointer = story.module.context.is_ptr(f.value_type(a));
        let is_null = |value: Value| {
            pointer && name::value(story, value).is_some_and(|text| text == "null" || text == "0")
        };
        let tested = if is_null(b) {
            Some(a)
        } else if is_null(a) {
            Some(b)
        } else {
            None
        };
        if let (Some(tested), Some("eq" | "ne")) = (tested, pred)
            && let Some(shown) = name::value(story, tested)
        {
            let null = truth == (pred == Some("eq"));
            let text = if null { "is null" } else { "is not null" };
            return (span, Some(format!("`{shown}` {text}")));
        }
    }
    let written = name::written(story, span).or_else(|| name::value(story, value));
    (span, written.map(|shown| format!("`{shown}` is {truth}")))
}
