//! Invariant 6: the form of facts about pointers on functions.

use super::Check;
use crate::attribute::Attribute;
use crate::types::Type;

/// Facts about parameters, in the attribute `arg_facts`.
const OF_PARAMS: &[&str] = &["nocapture", "readonly", "nofree"];
/// Facts about results, in the attribute `result_facts`.
const OF_RESULTS: &[&str] = &["noalias"];

pub(super) fn check(check: &mut Check<'_>) {
    if check.f.attributes.is_empty() {
        return;
    }
    let f = check.f;
    for (name, types, known) in
        [("arg_facts", &f.params, OF_PARAMS), ("result_facts", &f.results, OF_RESULTS)]
    {
        let symbol = check.module.context.symbol(name);
        if let Some(value) = f.attribute(symbol)
            && let Some(why) = broken(check, value, types, known)
        {
            check.fail_function(format!("has an attribute `{name}` {why}"));
        }
    }
}

fn broken(check: &Check<'_>, value: &Attribute, types: &[Type], known: &[&str]) -> Option<String> {
    if check.f.entry().is_none() {
        return Some("without a body that would prove it".to_owned());
    }
    let Some(lists) = value.as_array().filter(|lists| lists.len() == types.len()) else {
        return Some(format!("that is not an array of {} lists", types.len()));
    };
    for (list, &ty) in lists.iter().zip(types) {
        let Some(facts) = list.as_array() else {
            return Some("with an element that is not a list".to_owned());
        };
        if !facts.is_empty() && !check.module.context.is_ptr(ty) {
            return Some(format!("with facts about a `{}`", check.text(ty)));
        }
        for (index, fact) in facts.iter().enumerate() {
            match fact.as_str() {
                Some(text) if known.contains(&text) => {}
                _ => return Some(format!("with a fact that is none of {}", known.join(", "))),
            }
            if facts.iter().take(index).any(|other| other == fact) {
                return Some("with a fact that is there twice".to_owned());
            }
        }
    }
    None
}
