//! Functions, globals and types that go.

use std::sync::Arc;

use luma_diagnostics::never;
use luma_ir::dialects::luma;
use luma_ir::{Attribute, Function, Linkage, Module, Symbol, Table, Type, TypeData};
use rustc_hash::{FxHashMap, FxHashSet};

use super::rebuild::{Action, Stand};
use super::values::Plain;
use super::{ModuleEdits, operations};
use crate::search::Search;

const GONE: Action = Action::Remove(Stand::Plain(Plain::Zero));

/// Functions go with the calls to them, or keep only a `return`, or only a prototype.
pub(super) fn functions(search: &mut Search<'_, Module>) {
    search.sweep(|module| module.functions.keys().copied().collect(), without_functions);
    let with_body = |module: &Module| {
        let bodies = module.functions.values().filter(|f| f.entry().is_some());
        bodies.map(|f| f.name).collect::<Vec<_>>()
    };
    search.sweep(with_body, |module, names| {
        let mut edits = ModuleEdits::default();
        for &name in names {
            let f = module.functions.get(&name)?;
            edits.of(name).actions.insert(f.first(f.entry()?)?, Action::Return);
        }
        edits.apply(module)
    });
    search.sweep(with_body, |module, names| {
        let mut new = module.clone();
        for name in names {
            let f = new.functions.get_mut(name)?;
            let mut prototype = Function::new(f.name, f.params.clone(), f.results.clone(), f.loc);
            prototype.linkage = Linkage::External;
            prototype.attributes.clone_from(&f.attributes);
            *f = prototype;
        }
        Some(new)
    });
}

fn without_functions(module: &Module, names: &[Symbol]) -> Option<Module> {
    let gone: FxHashSet<Symbol> = names.iter().copied().collect();
    let calls = operations(module, |f, at, found| {
        let callee = luma::Call::cast(f, at.op).and_then(|call| call.callee_attr(f));
        let callee = callee.and_then(Attribute::as_symbol);
        if callee.is_some_and(|callee| gone.contains(&callee)) {
            found.push(at);
        }
    });
    let mut edits = ModuleEdits::default();
    for at in calls.iter().filter(|at| !gone.contains(&at.function)) {
        edits.of(at.function).actions.insert(at.op, GONE);
    }
    let mut new = edits.apply(module).unwrap_or_else(|| module.clone());
    new.functions.retain(|name, _| !gone.contains(name));
    forget_symbols(&mut new, &gone);
    Some(new)
}

/// Globals go, their places become variables; or they lose their initial value.
pub(super) fn globals(search: &mut Search<'_, Module>) {
    search.sweep(
        |module| module.globals.keys().copied().collect(),
        |module, names: &[Symbol]| {
            let gone: FxHashSet<Symbol> = names.iter().copied().collect();
            let uses = operations(module, |f, at, found| {
                let global = luma::GlobalAddr::cast(f, at.op).and_then(|op| op.global_attr(f));
                let global = global.and_then(Attribute::as_symbol);
                if global.is_some_and(|global| gone.contains(&global)) {
                    found.push(at);
                }
            });
            let mut edits = ModuleEdits::default();
            for at in uses {
                edits.of(at.function).actions.insert(at.op, GONE);
            }
            let mut new = edits.apply(module).unwrap_or_else(|| module.clone());
            new.globals.retain(|name, _| !gone.contains(name));
            forget_symbols(&mut new, &gone);
            Some(new)
        },
    );
    search.sweep(
        |module| {
            let initialised = module.globals.iter().filter(|(_, global)| global.init.is_some());
            initialised.map(|(&name, _)| name).collect::<Vec<_>>()
        },
        |module, names| {
            let mut new = module.clone();
            for name in names {
                new.globals.get_mut(name)?.init = None;
            }
            Some(new)
        },
    );
}

/// Initial values that name what is gone are null.
fn forget_symbols(module: &mut Module, gone: &FxHashSet<Symbol>) {
    for global in module.globals.values_mut() {
        if let Some(init) = &mut global.init {
            forget(init, gone);
        }
    }
}

/// Initial values nest as deep as types do, which the front ends bound.
fn forget(init: &mut Attribute, gone: &FxHashSet<Symbol>) {
    match init {
        Attribute::Symbol(name) if gone.contains(name) => *init = Attribute::Unit,
        Attribute::Array(items) => {
            let mut new = items.to_vec();
            new.iter_mut().for_each(|item| forget(item, gone));
            *items = Arc::from(new);
        }
        _ => {}
    }
}

/// Fields and struct types go.
pub(super) fn types(search: &mut Search<'_, Module>) {
    search.sweep(
        |module| {
            let mut fields = Vec::new();
            for (&name, def) in &module.structs {
                fields.extend((0..def.fields.len()).map(|index| (name, index)));
            }
            fields
        },
        without_fields,
    );
    search.sweep(
        |module| module.structs.keys().copied().collect(),
        |module, names: &[Symbol]| {
            let mut new = module.clone();
            new.structs.retain(|name, _| !names.contains(name));
            Some(new)
        },
    );
}

fn without_fields(module: &Module, fields: &[(Symbol, usize)]) -> Option<Module> {
    let mut gone: FxHashMap<Symbol, FxHashSet<usize>> = FxHashMap::default();
    for &(name, index) in fields {
        gone.entry(name).or_default().insert(index);
    }
    let context = &module.context;
    let uses = operations(module, |f, at, found| {
        let Some(view) = luma::Field::cast(f, at.op) else { return };
        let base = context.element(f.value_type(view.base(f))).map(|ty| context.type_data(ty));
        let Some(TypeData::Struct(name)) = base else { return };
        let field = view.field_attr(f).and_then(Attribute::as_str);
        let field = field.map(|field| context.symbol(field));
        let def = module.structs.get(&name);
        let index = def.zip(field).and_then(|(def, field)| def.fields.get_index_of(&field));
        let goes = gone.get(&name).zip(index).is_some_and(|(set, index)| set.contains(&index));
        if goes {
            found.push(at);
        }
    });
    let mut edits = ModuleEdits::default();
    for at in uses {
        edits.of(at.function).actions.insert(at.op, GONE);
    }
    let mut new = edits.apply(module).unwrap_or_else(|| module.clone());
    for global in new.globals.values_mut() {
        if let Some(init) = &mut global.init {
            strip(module, global.ty, init, &gone);
        }
    }
    for (name, indices) in &gone {
        let def = new.structs.get_mut(name)?;
        let fields: Table<Type> = (def.fields.iter().enumerate())
            .filter(|(index, _)| !indices.contains(index))
            .map(|(_, (&field, &ty))| (field, ty))
            .collect();
        def.fields = fields;
    }
    Some(new)
}

/// Takes the values of fields that go out of an initial value of type `ty`.
fn strip(
    module: &Module,
    ty: Type,
    init: &mut Attribute,
    gone: &FxHashMap<Symbol, FxHashSet<usize>>,
) {
    let Attribute::Array(items) = init else { return };
    let mut new = Vec::with_capacity(items.len());
    match module.context.type_data(ty) {
        TypeData::Array(_, element) => {
            for item in items.iter() {
                let mut item = item.clone();
                strip(module, element, &mut item, gone);
                new.push(item);
            }
        }
        TypeData::Struct(name) => {
            let Some(def) = module.structs.get(&name) else {
                never!("an initial value of a struct that is not defined");
                return;
            };
            for (index, (item, &ty)) in items.iter().zip(def.fields.values()).enumerate() {
                if !gone.get(&name).is_some_and(|set| set.contains(&index)) {
                    let mut item = item.clone();
                    strip(module, ty, &mut item, gone);
                    new.push(item);
                }
            }
        }
        _ => return,
    }
    *items = Arc::from(new);
}
