//! W0411: ownership attributes that have nothing to apply to. This is the only place that looks at
//! attributes of functions.

use luma_ir::{Function, Module, Type, TypeData};
use rustc_hash::FxHashSet;

use crate::{Defect, DefectKind, Fate, IdleAttribute};

/// The idle attributes of `f`.
pub(crate) fn check(module: &Module, f: &Function) -> impl Iterator<Item = Defect> {
    let has = |name: &str| f.attribute(module.context.symbol(name)).is_some();
    let returns =
        has("returns_ownership") && !f.results.iter().any(|&ty| holds_pointer(module, ty));
    let takes = has("takes_ownership") && !f.params.iter().any(|&ty| module.context.is_ptr(ty));
    let defect = |attribute| Defect {
        kind: DefectKind::Idle(attribute),
        op: None,
        take: None,
        other: None,
        path: Vec::new(),
        fate: Fate::default(),
    };
    let returns = returns.then(|| defect(IdleAttribute::Returns));
    let takes = takes.then(|| defect(IdleAttribute::Takes));
    returns.into_iter().chain(takes)
}

/// Whether a value of type `ty` is or contains a pointer.
fn holds_pointer(module: &Module, ty: Type) -> bool {
    let mut seen = FxHashSet::default();
    let mut stack = vec![ty];
    while let Some(ty) = stack.pop() {
        if !seen.insert(ty) {
            continue;
        }
        match module.context.type_data(ty) {
            TypeData::Ptr(_) => return true,
            TypeData::Array(_, element) => stack.push(element),
            TypeData::Struct(name) => {
                let fields = module.structs.get(&name).map(|def| def.fields.values());
                stack.extend(fields.into_iter().flatten().copied());
            }
            _ => {}
        }
    }
    false
}
