//! Proved facts about pointers, as LLVM attributes of arguments and results.

use luma_diagnostics::OrNever as _;
use luma_ir::{Attribute, Function};

use super::Lowering;
use super::calls::Signature;
use super::emit::Attr;

/// Facts and the LLVM attributes for them. `llvm.nocapture` becomes `captures(none)`.
const NAMES: &[(&str, &str)] = &[
    ("nocapture", "llvm.nocapture"),
    ("readonly", "llvm.readonly"),
    ("nofree", "llvm.nofree"),
    ("noalias", "llvm.noalias"),
];

/// The argument and result attributes of the `func.func` for `f`.
pub(crate) fn attributes(
    m: &Lowering<'_>,
    f: &Function,
    signature: &Signature,
) -> Vec<(&'static str, Attr)> {
    let mut attributes = Vec::new();
    if f.attributes.is_empty() {
        return attributes;
    }
    let lists = |name: &str| {
        let value = f.attribute(m.module.context.symbol(name));
        value.map_or(&[][..], |value| value.as_array().or_never(&[], "facts are lists"))
    };
    let args = lists("arg_facts");
    if !args.is_empty() {
        // The address of the result comes before the parameters.
        let hidden = signature.params.len().checked_sub(args.len());
        let hidden = hidden.or_never(0, "no more lists of facts than parameters");
        let hidden = std::iter::repeat_n(m.emit.flag_attr(&[]), hidden);
        let args: Vec<Attr> = hidden.chain(args.iter().map(|list| of(m, list))).collect();
        attributes.push(("arg_attrs", m.emit.array_attr(&args)));
    }
    let results = lists("result_facts");
    if !results.is_empty() && results.len() == signature.results().len() {
        let results: Vec<Attr> = results.iter().map(|list| of(m, list)).collect();
        attributes.push(("res_attrs", m.emit.array_attr(&results)));
    }
    attributes
}

/// The dictionary for one list of facts.
fn of(m: &Lowering<'_>, list: &Attribute) -> Attr {
    let facts = list.as_array().or_never(&[], "facts of one value are a list").iter();
    let facts = facts.map(|fact| fact.as_str().or_never("", "facts are words"));
    let known = |fact| NAMES.iter().find(|(name, _)| *name == fact).map(|(_, llvm)| *llvm);
    m.emit.flag_attr(&facts.filter_map(known).collect::<Vec<_>>())
}
