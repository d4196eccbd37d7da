//! Invariants 4 and 5: what the tables cannot say about operations of the `luma` dialect.

use super::{Check, is_value, ops};
use crate::attribute::Attribute;
use crate::dialects::luma;
use crate::entity::{Op, Region, Value};
use crate::function::Function;
use crate::module::Module;
use crate::types::{Type, TypeData};

pub(super) fn check(check: &mut Check<'_>, op: Op) {
    let name = check.f.op_name(op);
    match name {
        luma::Call::NAME => call(check, op),
        luma::GlobalAddr::NAME => global_addr(check, op),
        luma::Field::NAME => field(check, op),
        luma::Element::NAME => element(check, op),
        luma::Local::NAME => local(check, op),
        luma::Deref::NAME => deref(check, op),
        luma::Load::NAME | luma::Copy::NAME => {}
        luma::Sizeof::NAME => sizeof(check, op),
        luma::Return::NAME => returned(check, op),
        luma::Break::NAME | luma::Continue::NAME => jump(check, op),
        luma::Yield::NAME => yielded(check, op),
        luma::If::NAME
        | luma::Loop::NAME
        | luma::Switch::NAME
        | luma::Block::NAME
        | luma::Defer::NAME => structured(check, op),
        luma::SwitchBr::NAME => cases(check, op, check.f.successors(op).len()),
        _ => {}
    }
}

fn call(check: &mut Check<'_>, op: Op) {
    let f = check.f;
    let view = luma::Call(op);
    let Some(symbol) = view.callee_attr(f).and_then(Attribute::as_symbol) else { return };
    let module = check.module;
    let Some(callee) = module.functions.get(&symbol) else {
        let name = module.context.name(symbol);
        return check.fail(op, format!("calls `@{name}`, which is not in the module"));
    };
    if types(f, view.args(f)) != callee.params || types(f, view.results(f)) != callee.results {
        let name = module.context.name(symbol);
        check.fail(op, format!("does not agree with the signature of `@{name}`"));
    }
}

fn global_addr(check: &mut Check<'_>, op: Op) {
    let view = luma::GlobalAddr(op);
    let Some(symbol) = view.global_attr(check.f).and_then(Attribute::as_symbol) else { return };
    let module = check.module;
    let name = module.context.name(symbol);
    match module.globals.get(&symbol) {
        None => check.fail(op, format!("names `@{name}`, which is not a global of the module")),
        Some(global) => {
            let ty = check.f.value_type(view.result(check.f));
            if module.context.element(ty) != Some(global.ty) {
                check.fail(op, format!("does not agree with the type of `@{name}`"));
            }
        }
    }
}

fn field(check: &mut Check<'_>, op: Op) {
    let view = luma::Field(op);
    let module = check.module;
    let TypeData::Struct(name) = ops::element(check, view.base(check.f)) else {
        return check.fail(op, "needs the place of a struct");
    };
    let Some(field) = view.field_attr(check.f).and_then(Attribute::as_str) else { return };
    let symbol = module.context.symbol(field);
    let Some(&ty) = module.structs.get(&name).and_then(|def| def.fields.get(&symbol)) else {
        let name = module.context.name(name);
        return check.fail(op, format!("names `{field}`, which is not a field of `@{name}`"));
    };
    if module.context.element(check.f.value_type(view.result(check.f))) != Some(ty) {
        check.fail(op, format!("does not agree with the type of field `{field}`"));
    }
}

fn element(check: &mut Check<'_>, op: Op) {
    let view = luma::Element(op);
    let TypeData::Array(_, ty) = ops::element(check, view.base(check.f)) else {
        return check.fail(op, "needs the place of an array");
    };
    if check.module.context.element(check.f.value_type(view.result(check.f))) != Some(ty) {
        check.fail(op, "does not agree with the element type of the array");
    }
}

fn local(check: &mut Check<'_>, op: Op) {
    let ty = check.f.value_type(luma::Local(op).result(check.f));
    if !check.module.context.element(ty).is_some_and(|ty| is_value(check.module, ty)) {
        check.fail(op, "needs a type of values");
    }
}

fn deref(check: &mut Check<'_>, op: Op) {
    let ty = check.f.value_type(luma::Deref(op).pointer(check.f));
    if check.module.context.element(ty) == Some(Type::VOID) {
        check.fail(op, "cannot reach memory of unknown type");
    }
}

fn sizeof(check: &mut Check<'_>, op: Op) {
    let ty = luma::Sizeof(op).of_attr(check.f).and_then(Attribute::as_type);
    if !ty.is_some_and(|ty| is_value(check.module, ty)) {
        check.fail(op, "needs a type of values");
    }
}

fn returned(check: &mut Check<'_>, op: Op) {
    let f = check.f;
    let types = f.operands(op).iter().map(|&v| f.value_type(v));
    if !types.eq(f.results.iter().copied()) {
        check.fail(op, "does not return what the function's type says");
    }
    if enclosing(check, op, |name| name == luma::Defer::NAME).is_some() {
        check.fail(op, "leaves a `luma.defer`");
    }
}

fn jump(check: &mut Check<'_>, op: Op) {
    let found = enclosing(check, op, |name| name == luma::Loop::NAME || name == luma::Defer::NAME);
    match found {
        None => check.fail(op, "is not inside a loop"),
        Some((outer, _)) if check.f.op_name(outer) == luma::Defer::NAME => {
            check.fail(op, "leaves a `luma.defer`");
        }
        Some((outer, region)) => {
            // The loop may lack regions.
            if check.f.op_regions(outer).get(1) != Some(&region) {
                check.fail(op, "is not in the body of its loop");
            }
            let f = check.f;
            if types(f, f.operands(op)) != types(f, f.results(outer)) {
                check.fail(op, "does not pass on the values that its loop carries");
            }
        }
    }
}

/// The nearest enclosing operation that `wanted` accepts, and its region that holds `op`.
fn enclosing(
    check: &Check<'_>,
    op: Op,
    wanted: impl Fn(crate::OpName) -> bool,
) -> Option<(Op, Region)> {
    let f = check.f;
    let mut region = f.block_region(f.parent(op)?);
    loop {
        let outer = f.region_op(region)?;
        if wanted(f.op_name(outer)) {
            return Some((outer, region));
        }
        region = f.block_region(f.parent(outer)?);
    }
}

fn yielded(check: &mut Check<'_>, op: Op) {
    let f = check.f;
    let Some(parent) = f.parent(op) else { return };
    let region = f.block_region(parent);
    let Some(outer) = f.region_op(region) else {
        return check.fail(op, "is not inside an operation with regions");
    };
    let mut wanted = types(f, f.results(outer));
    if f.op_name(outer) == luma::Loop::NAME && region == luma::Loop(outer).condition_region(f) {
        wanted.insert(0, Type::I1);
    }
    if types(f, f.operands(op)) != wanted {
        check.fail(op, "does not yield what its operation needs");
    }
}

fn types(f: &Function, values: &[Value]) -> Vec<Type> {
    values.iter().map(|&value| f.value_type(value)).collect()
}

fn structured(check: &mut Check<'_>, op: Op) {
    let f = check.f;
    let regions = f.op_regions(op);
    // Only loops hand values to their regions.
    let carried = match f.op_name(op) {
        luma::Loop::NAME => types(f, f.results(op)),
        _ => Vec::new(),
    };
    for &region in regions {
        let &[block] = f.blocks(region) else {
            check.fail(op, "needs exactly one block in each region");
            return;
        };
        if types(f, f.block_args(block)) != carried {
            let message = match carried.is_empty() {
                true => "has a region with arguments that get no values",
                false => "has a region whose arguments are not the values it carries",
            };
            check.fail(op, message);
        }
    }
    match f.op_name(op) {
        luma::If::NAME if !f.results(op).is_empty() && regions.len() < 2 => {
            check.fail(op, "has results and needs an else region");
        }
        luma::Switch::NAME => cases(check, op, regions.len()),
        luma::Loop::NAME => {
            if types(f, f.operands(op)) != carried {
                check.fail(op, "starts with other values than it results in");
            }
            let condition = luma::Loop(op).condition_region(f);
            let ends = |region: Region, names: &[crate::OpName]| {
                let last = f.blocks(region).first().and_then(|&block| f.last(block));
                last.is_some_and(|last| names.contains(&f.op_name(last)))
            };
            let yields = [luma::Yield::NAME, luma::Unreachable::NAME];
            if !ends(condition, &yields) || !ends(luma::Loop(op).post_region(f), &yields) {
                check.fail(op, "needs condition and post regions that end with `luma.yield`");
            }
        }
        luma::Defer::NAME => {
            let ends = f.blocks(regions[0]).first().and_then(|&block| f.last(block));
            let fine = [luma::Yield::NAME, luma::Unreachable::NAME];
            if !ends.is_some_and(|last| fine.contains(&f.op_name(last))) {
                check.fail(op, "needs a region that ends with `luma.yield`");
            }
            let region = f.parent(op).map(|block| f.block_region(block));
            if region.is_some_and(|region| f.blocks(region).len() != 1) {
                check.fail(op, "stands in a region with several blocks");
            }
        }
        _ => {}
    }
}

/// `cases` holds one array of integers for each region or successor but the default.
fn cases(check: &mut Check<'_>, op: Op, targets: usize) {
    let f = check.f;
    let Some(cases) =
        f.op_attribute(op, crate::dialects::attr::CASES).and_then(Attribute::as_array)
    else {
        return;
    };
    if cases.len() + 1 != targets {
        check.fail(op, "needs one list of labels for each target but the default");
    }
    let mut seen = rustc_hash::FxHashSet::default();
    for label in cases.iter().flat_map(|case| case.as_array().unwrap_or_default()) {
        match label.as_int() {
            Some(value) if seen.insert(value) => {}
            Some(value) => check.fail(op, format!("has the label {value} twice")),
            None => check.fail(op, "has a label that is not an integer"),
        }
    }
    if cases.iter().any(|case| case.as_array().is_none_or(<[Attribute]>::is_empty)) {
        check.fail(op, "has a case that is not a list of at least one label");
    }
}

/// Whether `init` can be the value of a global of type `ty`.
pub(super) fn init_fits(module: &Module, ty: Type, init: &Attribute) -> bool {
    let data = module.context.type_data(ty);
    match (data, init) {
        (_, Attribute::Unit) => true,
        (TypeData::I1, Attribute::Bool(_)) => true,
        (TypeData::I8 | TypeData::I64, Attribute::Int(_, t)) => *t == ty,
        (TypeData::F32 | TypeData::F64, Attribute::Float(_, t)) => *t == ty,
        // A pointer made from an integer, a string literal, or the address of a symbol.
        (TypeData::Ptr(_), Attribute::Int(..)) => true,
        (TypeData::Ptr(element), Attribute::Str(_)) => element == Type::I8,
        (TypeData::Ptr(_), Attribute::Symbol(name)) => {
            module.globals.contains_key(name) || module.functions.contains_key(name)
        }
        (TypeData::Array(length, element), Attribute::Array(items)) => {
            items.len() as u64 == length && items.iter().all(|i| init_fits(module, element, i))
        }
        (TypeData::Struct(name), Attribute::Array(items)) => {
            module.structs.get(&name).is_some_and(|def| {
                def.fields.len() == items.len()
                    && def.fields.values().zip(items.iter()).all(|(&t, i)| init_fits(module, t, i))
            })
        }
        _ => false,
    }
}
