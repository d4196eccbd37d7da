//! Finds the types of what a declared pattern makes: where they come from when it is read, and
//! whether they fit where it matches.

use super::{Literal, OpTemplate, Template, TypeSource, TypeTest};
use crate::context::Context;
use crate::dialect::{Arity, OpDef, Relation, Slot, TypeConstraint};
use crate::types::{Type, TypeData};

/// Says of everything in `template` where its type comes from; that of `template` itself is
/// `outer`, if that is known.
pub(super) fn fix_types<'d>(
    find: &dyn Fn(&str) -> Option<&'d OpDef>,
    template: &mut Template,
    outer: TypeSource,
) -> Result<(), String> {
    match template {
        Template::Name(_) => Ok(()),
        Template::Literal(literal, ty) => {
            *ty = outer;
            if outer == TypeSource::Unknown {
                return Err(format!("the type of {literal} is not known here"));
            }
            Ok(())
        }
        Template::Op(op) => {
            let Some(def) = find(&op.op) else { return Err(format!("there is no `{}`", op.op)) };
            if op.ty == TypeSource::Unknown {
                op.ty = outer;
            }
            fix_op(find, def, op)
        }
    }
}

fn fix_op<'d>(
    find: &dyn Fn(&str) -> Option<&'d OpDef>,
    def: &OpDef,
    op: &mut OpTemplate,
) -> Result<(), String> {
    // Operands that are operations know their type by themselves, if at all.
    for operand in &mut op.operands {
        if let Template::Op(inner) = operand {
            let Some(def) = find(&inner.op) else {
                return Err(format!("there is no `{}`", inner.op));
            };
            fix_op(find, def, inner)?;
        }
    }
    let result = def.results.first();
    let same = def.relations.iter().find_map(|relation| match relation {
        Relation::Same(names) => Some(names),
        _ => None,
    });
    let in_same = |name: &str| same.is_some_and(|names| names.iter().any(|other| other == name));
    // The type of one of the operands that have the same.
    let shared = op.operands.iter().enumerate().find_map(|(i, operand)| {
        let slot = slot_of(&def.operands, i)?;
        match operand {
            _ if !in_same(&slot.name) => None,
            Template::Name(number) => Some(TypeSource::Of(*number)),
            Template::Op(inner) => Some(inner.ty),
            Template::Literal(..) => None,
        }
    });
    if op.ty == TypeSource::Unknown
        && let Some(result) = result
    {
        op.ty = match fixed(result.constraint) {
            Some(ty) => TypeSource::Fixed(ty),
            None if in_same(&result.name) => shared.unwrap_or(TypeSource::Unknown),
            None => TypeSource::Unknown,
        };
    }
    if op.ty == TypeSource::Unknown {
        return Err(format!("the type of `{}` is not known here; say it: `: i64`", op.op));
    }
    let result_in_same = result.is_some_and(|result| in_same(&result.name));
    let ty = op.ty;
    for (i, operand) in op.operands.iter_mut().enumerate() {
        if let Template::Literal(literal, source) = operand {
            let Some(slot) = slot_of(&def.operands, i) else { continue };
            *source = match fixed(slot.constraint) {
                Some(ty) => TypeSource::Fixed(ty),
                None if !in_same(&slot.name) => TypeSource::Unknown,
                None if result_in_same => ty,
                None => shared.unwrap_or(TypeSource::Unknown),
            };
            if *source == TypeSource::Unknown {
                return Err(format!("the type of {literal} is not known here"));
            }
        }
    }
    Ok(())
}

fn slot_of<C>(slots: &[Slot<C>], index: usize) -> Option<&Slot<C>> {
    slots.get(index).or_else(|| slots.last().filter(|slot| slot.arity == Arity::Variadic))
}

/// The only type that satisfies a constraint.
fn fixed(constraint: TypeConstraint) -> Option<Type> {
    match constraint {
        TypeConstraint::I1 => Some(Type::I1),
        TypeConstraint::I64 => Some(Type::I64),
        _ => None,
    }
}

/// Whether an operation of these types is as its definition says.
pub(super) fn fits(context: &Context, def: &OpDef, operands: &[Type], result: Type) -> bool {
    let constrained = operands.iter().enumerate().all(|(i, &ty)| {
        slot_of(&def.operands, i).is_some_and(|slot| satisfies(context, ty, slot.constraint))
    });
    let type_of = |name: &str| {
        let operand = def.operands.iter().position(|slot| slot.name == name);
        let is_result = def.results.first().is_some_and(|slot| slot.name == name);
        operand.and_then(|i| operands.get(i).copied()).or(is_result.then_some(result))
    };
    let related = |relation: &Relation| match relation {
        Relation::Same(names) => {
            let mut types = names.iter().filter_map(|name| type_of(name));
            let first = types.next();
            types.all(|ty| Some(ty) == first)
        }
        Relation::Element(outer, inner) => match (type_of(outer), type_of(inner)) {
            (Some(outer), inner @ Some(_)) => context.element(outer) == inner,
            _ => true,
        },
        Relation::SameElement(a, b) => match (type_of(a), type_of(b)) {
            (Some(a), Some(b)) => context.element(a) == context.element(b),
            _ => true,
        },
        Relation::AttributeType(..) | Relation::OneOf(..) => true,
    };
    constrained
        && def.results.first().is_some_and(|slot| satisfies(context, result, slot.constraint))
        && def.relations.iter().all(related)
}

fn satisfies(context: &Context, ty: Type, constraint: TypeConstraint) -> bool {
    let test = match constraint {
        TypeConstraint::Value => {
            return !matches!(
                context.type_data(ty),
                TypeData::Void | TypeData::Place(_) | TypeData::Function(..)
            );
        }
        TypeConstraint::Scalar => TypeTest::Scalar,
        TypeConstraint::Number => TypeTest::Number,
        TypeConstraint::Int => TypeTest::Int,
        TypeConstraint::Integer => TypeTest::Integer,
        TypeConstraint::I1 => TypeTest::Is(Type::I1),
        TypeConstraint::I64 => TypeTest::Is(Type::I64),
        TypeConstraint::Ptr => TypeTest::Ptr,
        TypeConstraint::Place => TypeTest::Place,
    };
    test.accepts(context, ty)
}

impl TypeTest {
    pub(super) fn accepts(self, context: &Context, ty: Type) -> bool {
        match self {
            Self::Is(wanted) => ty == wanted,
            Self::Int => ty.is_int(),
            Self::Integer => ty.is_int() || ty == Type::I1,
            Self::Float => ty.is_float(),
            Self::Number => ty.is_int() || ty.is_float(),
            Self::Scalar => ty == Type::I1 || ty.is_int() || ty.is_float() || context.is_ptr(ty),
            Self::Ptr => context.is_ptr(ty),
            Self::Place => context.is_place(ty),
        }
    }
}

impl std::fmt::Display for Literal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Int(value) => write!(f, "`{value}`"),
            Self::Float(value) => write!(f, "`{value:?}`"),
            Self::Bool(value) => write!(f, "`{value}`"),
            Self::Null => f.write_str("`null`"),
        }
    }
}
