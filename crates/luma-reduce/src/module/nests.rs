//! Structured operations and what is in them, level by level from the outside: regions take the
//! place of the operation they belong to, branches and cases go, operations go.

use luma_diagnostics::OrNever as _;
use luma_ir::dialects::{attr, luma};
use luma_ir::{Attribute, Function, Module, Op, Value};
use rustc_hash::FxHashMap;

use super::rebuild::{Action, Stand};
use super::values::Plain;
use super::{At, ModuleEdits, operations};
use crate::search::Search;

/// Regions tried in the place of their operation: of a switch with more cases, cases go first.
const MOST_REGIONS: usize = 4;

/// Sweeps over all levels.
pub(super) fn sweep(search: &mut Search<'_, Module>) {
    let mut level = 0;
    while level <= depth(&search.current) && !search.is_exhausted() {
        remove(search, level, |_, _| Some(Stand::Plain(Plain::Zero)));
        for region in (0..MOST_REGIONS).rev() {
            search.sweep(
                |module| {
                    at_level(module, level, |f, op| {
                        let region = f.op_regions(op).get(region);
                        region.is_some_and(|&region| is_simple(f, region))
                    })
                },
                |module, some| {
                    let mut edits = ModuleEdits::default();
                    for at in some {
                        edits.of(at.function).actions.insert(at.op, Action::Inline(region));
                    }
                    edits.apply(module)
                },
            );
        }
        arms(search, level);
        level += 1;
    }
    // What is left is bent to other values of its type.
    for level in 0..=depth(&search.current) {
        remove(search, level, same_type_operand);
        remove(search, level, |f, op| stored(f, op).map(Stand::Value));
        remove(search, level, |f, op| {
            let &result = f.results(op).first()?;
            earlier(f, op, |value| f.value_type(value) == f.value_type(result)).map(Stand::Value)
        });
        remove(search, level, |f, op| {
            (!f.results(op).is_empty()).then_some(Stand::Plain(Plain::One))
        });
    }
}

/// Takes away operations of a level, `stand` in the place of their results.
fn remove(
    search: &mut Search<'_, Module>,
    level: usize,
    stand: impl Fn(&Function, Op) -> Option<Stand>,
) {
    search.sweep(
        |module| at_level(module, level, |f, op| stand(f, op).is_some()),
        |module, some| {
            let mut edits = ModuleEdits::default();
            for at in some {
                let stand = stand(module.functions.get(&at.function)?, at.op)?;
                edits.of(at.function).actions.insert(at.op, Action::Remove(stand));
            }
            edits.apply(module)
        },
    );
}

fn same_type_operand(f: &Function, op: Op) -> Option<Stand> {
    let ty = f.value_type(*f.results(op).first()?);
    let operand = f.operands(op).iter().find(|&&value| f.value_type(value) == ty)?;
    Some(Stand::Value(*operand))
}

/// What a load reads, if it is stored close before, to the same place as far as can be seen.
fn stored(f: &Function, op: Op) -> Option<Value> {
    let place = path(f, luma::Load::cast(f, op)?.place(f));
    let mut at = op;
    for _ in 0..LOOK_BACK {
        at = match f.previous(at) {
            Some(previous) => previous,
            None => f.region_op(f.block_region(f.parent(at)?))?,
        };
        if let Some(store) = luma::Store::cast(f, at)
            && path(f, store.place(f)) == place
        {
            return Some(store.value(f));
        }
    }
    None
}

/// A field or an element: what it is called or which it is.
type Part<'a> = (Option<&'a Attribute>, Option<Value>);

/// What a place is a part of, and which fields and elements lead to it, innermost first.
fn path(f: &Function, place: Value) -> (Value, Vec<Part<'_>>) {
    let mut at = place;
    let mut steps = Vec::new();
    while steps.len() < LOOK_BACK
        && let Some(op) = f.def_op(at)
        && let [base, index @ ..] = f.operands(op)
        && matches!(f.op_name(op), luma::Field::NAME | luma::Element::NAME)
    {
        steps.push((f.attributes(op).first().map(|(_, value)| value), index.first().copied()));
        at = *base;
    }
    (at, steps)
}

/// How far back a value is looked for.
const LOOK_BACK: usize = 100;

/// The nearest value before `op`, in its block or around it, that `fits`.
pub(super) fn earlier(f: &Function, op: Op, fits: impl Fn(Value) -> bool) -> Option<Value> {
    let mut at = op;
    for _ in 0..LOOK_BACK {
        if let Some(previous) = f.previous(at) {
            at = previous;
            if let Some(&value) = f.results(at).iter().find(|&&value| fits(value)) {
                return Some(value);
            }
            continue;
        }
        let block = f.parent(at)?;
        if let Some(&value) = f.block_args(block).iter().find(|&&value| fits(value)) {
            return Some(value);
        }
        at = f.region_op(f.block_region(block))?;
    }
    None
}

/// `else` branches, and cases of switches, go.
fn arms(search: &mut Search<'_, Module>, level: usize) {
    search.sweep(
        |module| {
            at_level(module, level, |f, op| {
                f.op_name(op) == luma::If::NAME
                    && f.op_regions(op).len() == 2
                    && f.results(op).is_empty()
            })
        },
        |module, some| {
            let mut edits = ModuleEdits::default();
            for at in some {
                edits.of(at.function).dropped_regions.insert((at.op, 1));
            }
            edits.apply(module)
        },
    );
    let is_switch = |f: &Function, op: Op| f.op_name(op) == luma::Switch::NAME;
    search.sweep(
        |module| cases(module, &at_level(module, level, is_switch)),
        |module, some| {
            let mut edits = ModuleEdits::default();
            for &(at, case) in some {
                edits.of(at.function).dropped_regions.insert((at.op, case + 1));
            }
            drop_cases(module, some, &mut edits);
            edits.apply(module)
        },
    );
}

/// The cases of switches: everything but the default.
pub(super) fn cases(module: &Module, switches: &[At]) -> Vec<(At, usize)> {
    let mut found = Vec::new();
    for &at in switches {
        let cases = case_list(&module.functions[&at.function], at.op);
        found.extend((0..cases.len()).map(|case| (at, case)));
    }
    found
}

fn case_list(f: &Function, op: Op) -> &[Attribute] {
    let cases = f.op_attribute(op, attr::CASES).and_then(Attribute::as_array);
    cases.or_never(&[], "a switch has cases")
}

/// Takes the labels of some cases out of their switches.
pub(super) fn drop_cases(module: &Module, some: &[(At, usize)], edits: &mut ModuleEdits) {
    // Cases of one switch stand together.
    for of_one in some.chunk_by(|a, b| a.0 == b.0) {
        let Some(&(at, _)) = of_one.first() else { continue };
        let kept = case_list(&module.functions[&at.function], at.op).iter().enumerate();
        let kept = kept.filter(|(index, _)| !of_one.iter().any(|(_, case)| case == index));
        let kept = Attribute::array(kept.map(|(_, labels)| labels.clone()));
        edits.of(at.function).attributes.insert((at.op, attr::CASES), kept);
    }
}

/// Whether what is in a region can stand anywhere: one block without arguments.
fn is_simple(f: &Function, region: luma_ir::Region) -> bool {
    matches!(f.blocks(region), [block] if f.block_args(*block).is_empty())
}

/// Operations but terminators, `level` regions deep, that `wanted` accepts.
fn at_level(module: &Module, level: usize, wanted: impl Fn(&Function, Op) -> bool) -> Vec<At> {
    operations(module, |f, at, found| {
        let fits = nesting(f, at.op, level) == level
            && !module.context.op_def(f.op_name(at.op)).traits.terminator;
        if fits && wanted(f, at.op) {
            found.push(at);
        }
    })
}

/// How many operations are around `op`; counting ends beyond `most`.
fn nesting(f: &Function, op: Op, most: usize) -> usize {
    let mut depth = 0;
    let mut at = op;
    while depth <= most
        && let Some(outer) = f.parent(at).and_then(|block| f.region_op(f.block_region(block)))
    {
        at = outer;
        depth += 1;
    }
    depth
}

/// The deepest level there is.
fn depth(module: &Module) -> usize {
    let mut deepest = 0;
    for f in module.functions.values() {
        let mut levels: FxHashMap<Op, usize> = FxHashMap::default();
        f.walk(&mut |op| {
            let outer = f.parent(op).and_then(|block| f.region_op(f.block_region(block)));
            // Outer operations are visited first.
            let level = outer.and_then(|op| levels.get(&op)).map_or(0, |level| level + 1);
            if !f.op_regions(op).is_empty() {
                levels.insert(op, level);
            }
            deepest = deepest.max(level);
        });
    }
    deepest
}
