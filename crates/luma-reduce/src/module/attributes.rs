//! Constants become small, texts short, cases have one label.

use std::sync::Arc;

use luma_ir::dialects::{attr, luma};
use luma_ir::{Attribute, Module, Symbol};

use super::cost::weight;
use super::{At, ModuleEdits, operations};
use crate::search::Search;

/// All sweeps of this file.
pub(super) fn sweep(search: &mut Search<'_, Module>) {
    let smaller: [fn(&Attribute) -> Option<Attribute>; 5] =
        [zero, one, first_half, second_half, decrement];
    for smaller in smaller {
        // Again, for what is halved.
        while search.sweep(
            |module| literals(module, smaller),
            |module, some: &[(At, Symbol)]| {
                let mut edits = ModuleEdits::default();
                for &(at, name) in some {
                    let value = module.functions.get(&at.function)?.op_attribute(at.op, name)?;
                    edits.of(at.function).attributes.insert((at.op, name), smaller(value)?);
                }
                edits.apply(module)
            },
        ) {}
    }
}

/// The literals that `smaller` makes smaller.
fn literals(module: &Module, smaller: fn(&Attribute) -> Option<Attribute>) -> Vec<(At, Symbol)> {
    operations(module, |f, at, found| {
        let name = match f.op_name(at.op) {
            luma::Constant::NAME | luma::String::NAME => attr::VALUE,
            luma::Switch::NAME | luma::SwitchBr::NAME => attr::CASES,
            _ => return,
        };
        let value = f.op_attribute(at.op, name);
        let new = value.and_then(smaller);
        if new.is_some_and(|new| weight(Some(&new)) < weight(value)) {
            found.push((at, name));
        }
    })
}

fn zero(value: &Attribute) -> Option<Attribute> {
    Some(match value {
        Attribute::Bool(_) => Attribute::Bool(false),
        Attribute::Int(_, ty) => Attribute::Int(0, *ty),
        Attribute::Float(_, ty) => Attribute::Float(0.0, *ty),
        Attribute::Str(_) => Attribute::str(""),
        // Cases: one label each.
        Attribute::Array(cases) => Attribute::array(cases.iter().map(|case| match case {
            Attribute::Array(labels) => Attribute::array(labels.first().cloned()),
            other => other.clone(),
        })),
        _ => return None,
    })
}

fn one(value: &Attribute) -> Option<Attribute> {
    Some(match value {
        Attribute::Int(_, ty) => Attribute::Int(1, *ty),
        Attribute::Float(_, ty) => Attribute::Float(1.0, *ty),
        // Cases: labels are their numbers.
        Attribute::Array(cases) => {
            let labels = (1..=cases.len()).map(|label| Attribute::int(label as i64));
            Attribute::array(labels.map(|label| Attribute::array([label])))
        }
        _ => return None,
    })
}

fn first_half(value: &Attribute) -> Option<Attribute> {
    Some(match value {
        Attribute::Int(value, ty) => Attribute::Int(value / 2, *ty),
        Attribute::Float(value, ty) => Attribute::Float((value / 2.0).trunc(), *ty),
        Attribute::Str(bytes) => text(bytes.get(..bytes.len() / 2)?),
        _ => return None,
    })
}

fn second_half(value: &Attribute) -> Option<Attribute> {
    Some(match value {
        Attribute::Str(bytes) => text(bytes.get(bytes.len().div_ceil(2)..)?),
        _ => return None,
    })
}

fn decrement(value: &Attribute) -> Option<Attribute> {
    Some(match value {
        Attribute::Int(value, ty) => Attribute::Int(value - value.signum(), *ty),
        Attribute::Str(bytes) => text(bytes.get(1..)?),
        _ => return None,
    })
}

/// Halves of text need not be text; they stay bytes.
fn text(bytes: &[u8]) -> Attribute {
    Attribute::Str(Arc::from(bytes))
}
