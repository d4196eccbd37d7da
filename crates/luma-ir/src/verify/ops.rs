//! Invariant 2: operations are as their dialect defines them.

use super::{Check, is_value};
use crate::attribute::Attribute;
use crate::dialect::{Arity, AttributeConstraint, OpDef, Relation, Slot, TypeConstraint};
use crate::entity::{Op, Value};
use crate::types::{Type, TypeData};

pub(super) fn check(check: &mut Check<'_>, op: Op) {
    let f = check.f;
    let module = check.module;
    let def = module.context.op_def(f.op_name(op));
    values(check, op, "operand", &def.operands, f.operands(op));
    values(check, op, "result", &def.results, f.results(op));
    count(check, op, "region", &def.regions, f.op_regions(op).len());
    count(check, op, "successor", &def.successors, f.successors(op).len());
    attributes(check, op, def);
    for relation in def.relations.iter() {
        if let Some(message) = broken(check, op, def, relation) {
            check.fail(op, message);
        }
    }
}

fn count<C>(check: &mut Check<'_>, op: Op, what: &str, slots: &[Slot<C>], found: usize) -> bool {
    let least = slots.iter().filter(|slot| slot.arity == Arity::One).count();
    let most = match slots.last().map(|slot| slot.arity) {
        Some(Arity::Variadic) => usize::MAX,
        _ => slots.len(),
    };
    if (least..=most).contains(&found) {
        return true;
    }
    let wanted = if least == most { format!("{least}") } else { format!("at least {least}") };
    check.fail(op, format!("needs {wanted} {what}(s), not {found}"));
    false
}

fn values(
    check: &mut Check<'_>,
    op: Op,
    what: &str,
    slots: &[Slot<TypeConstraint>],
    values: &[Value],
) {
    if !count(check, op, what, slots, values.len()) {
        return;
    }
    for (i, &value) in values.iter().enumerate() {
        let Some(slot) = slots.get(i).or(slots.last()) else { continue };
        let ty = check.f.value_type(value);
        if !satisfies(check, ty, slot.constraint) {
            let message = format!(
                "has {what} `{}` of type `{}`; expected {}",
                slot.name,
                check.text(ty),
                describe(slot.constraint)
            );
            check.fail(op, message);
        }
    }
}

fn satisfies(check: &Check<'_>, ty: Type, constraint: TypeConstraint) -> bool {
    let context = &check.module.context;
    match constraint {
        TypeConstraint::Value => is_value(check.module, ty),
        TypeConstraint::Scalar => {
            ty == Type::I1 || ty.is_int() || ty.is_float() || context.is_ptr(ty)
        }
        TypeConstraint::Number => ty.is_int() || ty.is_float(),
        TypeConstraint::Int => ty.is_int(),
        TypeConstraint::Integer => ty == Type::I1 || ty.is_int(),
        TypeConstraint::I1 => ty == Type::I1,
        TypeConstraint::I64 => ty == Type::I64,
        TypeConstraint::Ptr => context.is_ptr(ty),
        TypeConstraint::Place => context.is_place(ty),
    }
}

fn describe(constraint: TypeConstraint) -> &'static str {
    match constraint {
        TypeConstraint::Value => "a type of values",
        TypeConstraint::Scalar => "a scalar",
        TypeConstraint::Number => "a number type",
        TypeConstraint::Int => "an integer type wider than `i1`",
        TypeConstraint::Integer => "an integer type",
        TypeConstraint::I1 => "`i1`",
        TypeConstraint::I64 => "`i64`",
        TypeConstraint::Ptr => "a pointer",
        TypeConstraint::Place => "a place",
    }
}

fn attributes(check: &mut Check<'_>, op: Op, def: &OpDef) {
    for slot in def.attributes.iter() {
        match named_attribute(check, op, &slot.name) {
            None if slot.arity == Arity::One => {
                check.fail(op, format!("needs an attribute `{}`", slot.name));
            }
            None => {}
            Some(value) => {
                let fits = match slot.constraint {
                    AttributeConstraint::Number => {
                        matches!(
                            value,
                            Attribute::Int(..) | Attribute::Float(..) | Attribute::Bool(_)
                        )
                    }
                    AttributeConstraint::String => value.as_str().is_some() || is_bytes(def, value),
                    AttributeConstraint::Type => value.as_type().is_some(),
                    AttributeConstraint::Symbol => value.as_symbol().is_some(),
                    AttributeConstraint::Array => value.as_array().is_some(),
                };
                if !fits {
                    check.fail(op, format!("has an attribute `{}` of the wrong kind", slot.name));
                }
            }
        }
    }
}

/// String literals of programs may hold any bytes; names may not.
fn is_bytes(def: &OpDef, value: &Attribute) -> bool {
    def.name == "luma.string" && matches!(value, Attribute::Str(_))
}

fn named_attribute<'a>(check: &Check<'a>, op: Op, name: &str) -> Option<&'a Attribute> {
    check.f.op_attribute(op, check.module.context.symbol(name))
}

/// The values of the slot called `name`; none if there is no such slot.
fn values_of<'a>(check: &Check<'a>, op: Op, def: &OpDef, name: &str) -> &'a [Value] {
    let f = check.f;
    let find = |slots: &[Slot<TypeConstraint>], values: &'a [Value]| {
        let index = slots.iter().position(|slot| slot.name == name)?;
        let values = match slots.get(index).map(|slot| slot.arity) {
            Some(Arity::One) => values.get(index..=index),
            _ => values.get(index..),
        };
        Some(values.unwrap_or_default())
    };
    find(&def.operands, f.operands(op))
        .or_else(|| find(&def.results, f.results(op)))
        .unwrap_or_default()
}

fn broken(check: &Check<'_>, op: Op, def: &OpDef, relation: &Relation) -> Option<String> {
    let context = &check.module.context;
    let first = |name: &str| {
        values_of(check, op, def, name).first().map(|&value| check.f.value_type(value))
    };
    match relation {
        Relation::Same(names) => {
            let mut types = names
                .iter()
                .flat_map(|name| values_of(check, op, def, name))
                .map(|&value| check.f.value_type(value));
            let one = types.next()?;
            let other = types.find(|&ty| ty != one)?;
            Some(format!(
                "needs one type for {}, not `{}` and `{}`",
                names.join(", "),
                check.text(one),
                check.text(other)
            ))
        }
        Relation::Element(outer, inner) => {
            let (outer_ty, inner_ty) = (first(outer)?, first(inner)?);
            (context.element(outer_ty) != Some(inner_ty)).then(|| {
                format!(
                    "has `{inner}` of type `{}`, but `{outer}` is a `{}`",
                    check.text(inner_ty),
                    check.text(outer_ty)
                )
            })
        }
        Relation::SameElement(a, b) => {
            let (a_ty, b_ty) = (first(a)?, first(b)?);
            (context.element(a_ty) != context.element(b_ty))
                .then(|| format!("turns a `{}` into a `{}`", check.text(a_ty), check.text(b_ty)))
        }
        Relation::AttributeType(name, value) => {
            let ty = first(value)?;
            let fits = match named_attribute(check, op, name)? {
                Attribute::Int(v, t) => {
                    *t == ty && (*t != Type::I8 || (-128..256).contains(v)) && *t != Type::I1
                }
                Attribute::Float(_, t) => *t == ty,
                Attribute::Bool(_) => ty == Type::I1,
                _ => false,
            };
            (!fits).then(|| {
                format!("has an attribute `{name}` that is not of type `{}`", check.text(ty))
            })
        }
        Relation::OneOf(name, words) => {
            let text = named_attribute(check, op, name)?.as_str()?;
            (!words.iter().any(|word| word == text)).then(|| {
                format!("has `{name}` = \"{text}\", which is none of {}", words.join(", "))
            })
        }
    }
}

/// The type a place holds or a pointer points to.
pub(super) fn element(check: &Check<'_>, value: Value) -> TypeData {
    let context = &check.module.context;
    let ty = check.f.value_type(value);
    context.element(ty).map_or(TypeData::Void, |element| context.type_data(element))
}
