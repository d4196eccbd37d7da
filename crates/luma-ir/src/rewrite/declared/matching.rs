//! Declared patterns at work.

use smallvec::{SmallVec, smallvec};

use super::check::fits;
use super::{
    AttributeSource, AttributeTest, Fold, Literal, OpPattern, OpTemplate, Template, Term, Test,
    TypeSource,
};
use crate::attribute::Attribute;
use crate::builder::Builder;
use crate::context::{Context, Symbol};
use crate::dialect::OpName;
use crate::dialects::luma;
use crate::entity::{Op, Value};
use crate::fold::{self, Constant};
use crate::function::{Def, Function, OpParts};
use crate::rewrite::{RewritePattern, Rewriter};
use crate::types::Type;

/// A declared pattern, ready to be applied.
#[derive(Clone, Debug)]
pub struct DeclaredPattern {
    name: String,
    root: OpName,
    benefit: u16,
    /// The ways to match: the operands of commutative operations in either order.
    ways: Vec<OpMatcher>,
    result: Maker,
    values: usize,
    attributes: usize,
}

/// An [`OpPattern`] with names resolved.
#[derive(Clone, PartialEq, Debug)]
struct OpMatcher {
    op: OpName,
    attributes: Vec<(Symbol, AttributeTest)>,
    operands: Vec<Matcher>,
    result: Test,
}

#[derive(Clone, PartialEq, Debug)]
enum Matcher {
    Name(usize, Test),
    Literal(Literal),
    Op(OpMatcher),
}

/// A [`Template`] with names resolved.
#[derive(Clone, Debug)]
enum Maker {
    Name(usize),
    Literal(Literal, TypeSource),
    Op {
        op: OpName,
        attributes: Vec<(Symbol, AttributeSource)>,
        operands: Vec<Maker>,
        ty: TypeSource,
    },
}

impl DeclaredPattern {
    /// `fold` for functions of `context`; `None` if that does not know an operation it names.
    pub fn new(context: &Context, fold: &Fold) -> Option<Self> {
        let ways = ways(context, &fold.root)?;
        Some(Self {
            name: format!("{}: {}", fold.root.op, fold.text),
            root: context.op_name(&fold.root.op)?,
            benefit: size(&fold.root),
            ways,
            result: maker(context, &fold.result)?,
            values: fold.values,
            attributes: fold.attributes,
        })
    }
}

impl RewritePattern for DeclaredPattern {
    fn name(&self) -> &str {
        &self.name
    }

    fn root(&self) -> Option<OpName> {
        Some(self.root)
    }

    fn benefit(&self) -> u16 {
        self.benefit
    }

    fn match_and_rewrite(&self, op: Op, rewriter: &mut Rewriter<'_>) -> bool {
        let (context, f) = (rewriter.context(), rewriter.func());
        let Some(&result) = f.results(op).first() else { return false };
        let root = f.value_type(result);
        let found = self.ways.iter().find_map(|way| {
            let mut bound = Bound {
                values: smallvec![None; self.values],
                attributes: smallvec![None; self.attributes],
                root,
            };
            let matches = bound.op(context, f, way, op);
            (matches && type_of(context, f, &self.result, &bound)? == root).then_some(bound)
        });
        let Some(bound) = found else { return false };
        let value = match self.result {
            Maker::Name(number) => bound.value(number),
            _ => rewriter.build_before(op, |b| build(b, &self.result, &bound)),
        };
        match value {
            // A value that is its own replacement only stands in unreachable blocks.
            Some(value) if value != result => rewriter.replace_op(op, &[value]),
            _ => return false,
        }
        true
    }
}

/// How many operations a pattern matches.
fn size(pattern: &OpPattern) -> u16 {
    let inner = pattern.operands.iter().map(|operand| match operand {
        Term::Op(op) => size(op),
        Term::Name(..) | Term::Literal(_) => 0,
    });
    1 + inner.sum::<u16>()
}

/// Every way to order the operands of commutative operations.
fn ways(context: &Context, pattern: &OpPattern) -> Option<Vec<OpMatcher>> {
    let mut lists: Vec<Vec<Matcher>> = vec![Vec::new()];
    for operand in &pattern.operands {
        let choices = match operand {
            Term::Name(number, test) => vec![Matcher::Name(*number, test.clone())],
            Term::Literal(literal) => vec![Matcher::Literal(*literal)],
            Term::Op(op) => ways(context, op)?.into_iter().map(Matcher::Op).collect(),
        };
        lists = lists
            .iter()
            .flat_map(|list| {
                choices.iter().map(|choice| {
                    let mut list = list.clone();
                    list.push(choice.clone());
                    list
                })
            })
            .collect();
    }
    if pattern.commutative {
        for i in 0..lists.len() {
            let mut swapped = lists[i].clone();
            swapped.reverse();
            if !lists.contains(&swapped) {
                lists.push(swapped);
            }
        }
    }
    let op = context.op_name(&pattern.op)?;
    let tests = pattern.attributes.iter();
    let attributes: Vec<_> =
        tests.map(|(name, test)| (context.symbol(name), test.clone())).collect();
    let matcher = |operands| OpMatcher {
        op,
        attributes: attributes.clone(),
        operands,
        result: pattern.result.clone(),
    };
    Some(lists.into_iter().map(matcher).collect())
}

fn maker(context: &Context, template: &Template) -> Option<Maker> {
    Some(match template {
        Template::Name(number) => Maker::Name(*number),
        Template::Literal(literal, ty) => Maker::Literal(*literal, *ty),
        Template::Op(OpTemplate { op, attributes, operands, ty }) => Maker::Op {
            op: context.op_name(op)?,
            attributes: attributes
                .iter()
                .map(|(name, source)| (context.symbol(name), source.clone()))
                .collect(),
            operands: operands
                .iter()
                .map(|operand| maker(context, operand))
                .collect::<Option<_>>()?,
            ty: *ty,
        },
    })
}

// --- matching -------------------------------------------------------------------------------

/// What the names of a pattern stand for.
struct Bound {
    values: SmallVec<[Option<Value>; 4]>,
    attributes: SmallVec<[Option<Attribute>; 2]>,
    /// The type of the root's result.
    root: Type,
}

impl Bound {
    fn value(&self, number: usize) -> Option<Value> {
        self.values[number]
    }

    fn op(&mut self, context: &Context, f: &Function, matcher: &OpMatcher, op: Op) -> bool {
        let operands = f.operands(op);
        let &[result] = f.results(op) else { return false };
        f.op_name(op) == matcher.op
            && operands.len() == matcher.operands.len()
            && passes(context, f, &matcher.result, result)
            && matcher.attributes.iter().all(|(name, test)| {
                f.op_attribute(op, *name).is_some_and(|value| self.attribute(test, value))
            })
            && matcher
                .operands
                .iter()
                .zip(operands)
                .all(|(matcher, &value)| self.operand(context, f, matcher, value))
    }

    fn attribute(&mut self, test: &AttributeTest, value: &Attribute) -> bool {
        match test {
            AttributeTest::OneOf(values) => values.contains(value),
            AttributeTest::Bind(number) => match &mut self.attributes[*number] {
                Some(bound) => bound == value,
                free => {
                    *free = Some(value.clone());
                    true
                }
            },
        }
    }

    fn operand(
        &mut self,
        context: &Context,
        f: &Function,
        matcher: &Matcher,
        value: Value,
    ) -> bool {
        match matcher {
            Matcher::Name(number, test) => {
                passes(context, f, test, value)
                    && match &mut self.values[*number] {
                        Some(bound) => *bound == value,
                        free => {
                            *free = Some(value);
                            true
                        }
                    }
            }
            Matcher::Literal(literal) => is_literal(f, *literal, value),
            Matcher::Op(matcher) => match f.def(value) {
                Def::Result(op, _) => self.op(context, f, matcher, op),
                Def::Arg(..) => false,
            },
        }
    }

    fn ty(&self, f: &Function, source: TypeSource) -> Option<Type> {
        match source {
            TypeSource::Root => Some(self.root),
            TypeSource::Of(number) => self.value(number).map(|value| f.value_type(value)),
            TypeSource::Fixed(ty) => Some(ty),
            TypeSource::Unknown => None,
        }
    }
}

fn passes(context: &Context, f: &Function, test: &Test, value: Value) -> bool {
    let ty = f.value_type(value);
    (!test.constant || is_constant(f, value))
        && (test.types.is_empty() || test.types.iter().any(|test| test.accepts(context, ty)))
}

fn is_constant(f: &Function, value: Value) -> bool {
    f.def_op(value)
        .is_some_and(|op| [luma::Constant::NAME, luma::Null::NAME].contains(&f.op_name(op)))
}

fn is_literal(f: &Function, literal: Literal, value: Value) -> bool {
    let Some(op) = f.def_op(value) else { return false };
    if f.op_name(op) == luma::Null::NAME {
        return literal == Literal::Null;
    }
    let Some(constant) = luma::Constant::cast(f, op).and_then(|op| op.value_attr(f)) else {
        return false;
    };
    let ty = f.value_type(value);
    let found = match constant {
        Attribute::Float(found, _) => Constant::float(*found, ty),
        other => fold::int_of(other, ty).map(|found| Constant::int(found, ty)),
    };
    found.is_some() && found == constant_of(literal, ty)
}

/// The constant of type `ty` that `literal` stands for; `None` for null, and where literals of this
/// kind have no such type.
fn constant_of(literal: Literal, ty: Type) -> Option<Constant> {
    match literal {
        Literal::Int(value) if ty.is_int() || ty == Type::I1 => Some(Constant::int(value, ty)),
        Literal::Bool(value) if ty == Type::I1 => Some(Constant::int(value.into(), ty)),
        Literal::Float(value) => Constant::float(value, ty),
        Literal::Int(_) | Literal::Bool(_) | Literal::Null => None,
    }
}

// --- making ---------------------------------------------------------------------------------

/// The type of what `maker` makes, if all it makes is well-formed.
fn type_of(context: &Context, f: &Function, maker: &Maker, bound: &Bound) -> Option<Type> {
    match maker {
        Maker::Name(number) => bound.value(*number).map(|value| f.value_type(value)),
        Maker::Literal(literal, source) => {
            let ty = bound.ty(f, *source)?;
            let fits = match literal {
                Literal::Null => context.is_ptr(ty),
                literal => constant_of(*literal, ty).is_some(),
            };
            fits.then_some(ty)
        }
        Maker::Op { op, operands, ty, .. } => {
            let operands: Option<SmallVec<[Type; 4]>> =
                operands.iter().map(|operand| type_of(context, f, operand, bound)).collect();
            let ty = bound.ty(f, *ty)?;
            fits(context, context.op_def(*op), &operands?, ty).then_some(ty)
        }
    }
}

fn build(b: &mut Builder<'_>, maker: &Maker, bound: &Bound) -> Option<Value> {
    match maker {
        Maker::Name(number) => bound.value(*number),
        Maker::Literal(literal, source) => {
            let ty = bound.ty(b.func, *source)?;
            let constant = match *literal {
                Literal::Null => Constant::int(0, ty),
                literal => constant_of(literal, ty)?,
            };
            Some(fold::materialize(b, constant))
        }
        Maker::Op { op, attributes, operands, ty } => {
            let mut parts = OpParts::new(*op, b.loc);
            for operand in operands {
                parts.operands.push(build(b, operand, bound)?);
            }
            for (name, source) in attributes {
                let value = match source {
                    AttributeSource::Value(value) => value.clone(),
                    AttributeSource::Bound(number) => bound.attributes[*number].clone()?,
                };
                parts.attributes.push((*name, value));
            }
            parts.results.push(bound.ty(b.func, *ty)?);
            let op = b.insert(parts);
            b.func.results(op).first().copied()
        }
    }
}
