//! What an operation stands for, as text: reads it, checks it, and builds it in a function.

use std::ops::Range;
use std::sync::Arc;

use luma_diagnostics::{Diagnostic, FileId, SourceMap, Span, codes};
use rustc_hash::{FxHashMap, FxHashSet};

use super::parse::{Body, Expanded, Parser, syntax_error};
use super::{grammar, lexer, raw};
use crate::attribute::Attribute;
use crate::builder::Builder;
use crate::context::Context;
use crate::dialect::{Arity, Expansion, OpDef};
use crate::dialects::luma;
use crate::entity::{Op, Value};
use crate::function::{Function, Loc};
use crate::types::Type;

/// What is wrong with some bytes of the text of an expansion.
pub(crate) type TextError = (Range<usize>, String);

/// What was built for an operation, and the values that take the place of its results.
pub type Expansions = (Vec<Op>, Vec<Value>);

/// Builds what `op` stands for before it, all at `loc`, and gives what was built and the values
/// that take the place of its results. Nothing is built for an operation without an expansion.
///
/// # Errors
///
/// Code E0503, at `op`: the expansion does not fit the types the operation has here. The function
/// may then be half changed.
pub fn expand_op(
    context: &Arc<Context>,
    f: &mut Function,
    op: Op,
    loc: Loc,
) -> Result<Option<Expansions>, Vec<Diagnostic>> {
    let def = context.op_def(f.op_name(op));
    match &def.expansion {
        None => Ok(None),
        Some(Expansion::Call(name)) => {
            let args = f.operands(op).to_vec();
            let results: Vec<Type> = f.results(op).iter().map(|&v| f.value_type(v)).collect();
            let callee = Attribute::Symbol(context.symbol(name));
            let mut builder = Builder::before(context, f, op);
            builder.loc = loc;
            let call = luma::Call::build(&mut builder, &args, callee, &results);
            let values = f.results(call.0).to_vec();
            Ok(Some((vec![call.0], values)))
        }
        Some(Expansion::Ops(text)) => build(context, f, op, def, text, loc).map(Some),
    }
}

fn build(
    context: &Arc<Context>,
    f: &mut Function,
    op: Op,
    def: &OpDef,
    text: &str,
    loc: Loc,
) -> Result<Expansions, Vec<Diagnostic>> {
    let at = f.loc(op).span;
    let fail = |message: String| {
        let message = format!("`{}` cannot be expanded here: {message}", def.name);
        vec![Diagnostic::new(codes::E0503, at, message)]
    };
    let ops = parse(text).map_err(|(_, message)| fail(message))?;
    let mut types = FxHashMap::default();
    let mut body = Body::default();
    for (slot, &value) in def.operands.iter().zip(f.operands(op)) {
        types.insert(slot.name.to_string(), f.value_type(value));
        body.values.insert(&slot.name, value);
    }
    for (slot, &value) in def.results.iter().zip(f.results(op)) {
        types.insert(slot.name.to_string(), f.value_type(value));
    }
    let mut attributes = FxHashMap::default();
    for (name, value) in f.attributes(op) {
        let name = context.name(*name).to_string();
        if let Attribute::Type(ty) = value {
            types.entry(name.clone()).or_insert(*ty);
        }
        attributes.insert(name, value.clone());
    }
    let map = SourceMap::new();
    let mut parser = Parser::new(context.clone(), &map);
    parser.expanded = Some(Expanded { types, attributes, loc });
    // Built in a region of the operation itself, which goes with it.
    let region = f.add_region(op);
    let block = f.add_block(region);
    for raw in &ops {
        parser.op(f, &mut body, raw, block, region);
    }
    for (built, raw, region) in std::mem::take(&mut body.pending) {
        parser.resolve(f, &body, built, raw, region);
    }
    if !parser.errors.is_empty() {
        return Err(parser.errors.into_iter().flat_map(|e| fail(e.message)).collect());
    }
    let mut built: Vec<Op> = f.block_ops(block).collect();
    let mut values = Vec::new();
    match built.last() {
        Some(&last) if !def.traits.terminator && f.op_name(last) == luma::Yield::NAME => {
            values = f.operands(last).to_vec();
            built.pop();
        }
        _ => values.extend(def.results.iter().filter_map(|slot| body.values.get(&*slot.name))),
    }
    let wanted = f.results(op).iter().map(|&v| f.value_type(v));
    if !wanted.eq(values.iter().map(|&v| f.value_type(v))) {
        return Err(fail("its results have other types".into()));
    }
    for &new in &built {
        f.detach(new);
        f.insert_before(new, op);
    }
    Ok((built, values))
}

fn parse(text: &str) -> Result<Vec<raw::Op<'_>>, TextError> {
    let file = FileId(0);
    grammar::OpsParser::new().parse(file, lexer::lex(text)).map_err(|error| {
        let error = syntax_error(file, text, error);
        let range = error.primary.map_or(0..0, |label| range(label.span));
        (range, error.message)
    })
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// What an expansion uses, and what is wrong with it as far as that shows without types.
#[derive(Default)]
pub(crate) struct Checked {
    /// Names of the operations in it.
    pub(crate) ops: FxHashSet<String>,
    pub(crate) errors: Vec<TextError>,
}

/// Checks the text of the expansion of `def`.
pub(crate) fn check(context: &Context, def: &OpDef, text: &str) -> Checked {
    let mut check =
        Check { context, def, checked: Checked::default(), values: FxHashSet::default() };
    let ops = match parse(text) {
        Ok(ops) => ops,
        Err(error) => {
            check.checked.errors.push(error);
            return check.checked;
        }
    };
    for slot in def.operands.iter() {
        if slot.arity == Arity::One {
            check.values.insert(&slot.name);
        }
    }
    check.ops(&ops);
    let ends = |op: &raw::Op<'_>| {
        context.op_name(op.name.item).is_some_and(|name| context.op_def(name).traits.terminator)
    };
    let (last, before) = match ops.split_last() {
        Some((last, before)) => (Some(last), before),
        None => (None, ops.as_slice()),
    };
    if let Some(op) = before.iter().find(|op| ends(op)) {
        check.error(op.name.span, "this ends a block, and something follows it");
    }
    let end = text.len()..text.len();
    match last {
        Some(last) if ends(last) => {
            if last.name.item == "luma.yield" && !def.traits.terminator {
                if last.operands.len() < def.results.len() {
                    check.error(last.name.span, "this does not yield every result");
                }
                return check.checked;
            }
            if !def.traits.terminator {
                check.error(last.name.span, "this ends the block, which the operation does not");
            }
        }
        _ if def.traits.terminator => {
            let message =
                "the operation ends its block, so its expansion must end with one that does";
            check.checked.errors.push((end.clone(), message.into()));
        }
        _ => {}
    }
    for slot in def.results.iter() {
        if slot.arity != Arity::One {
            let message = format!("the results `{}` can only be given by `luma.yield`", slot.name);
            check.checked.errors.push((end.clone(), message));
        } else if !check.values.contains(&*slot.name) {
            let message = format!("the expansion does not define the result `%{}`", slot.name);
            check.checked.errors.push((end.clone(), message));
        }
    }
    check.checked
}

struct Check<'a> {
    context: &'a Context,
    def: &'a OpDef,
    checked: Checked,
    /// Values defined so far.
    values: FxHashSet<&'a str>,
}

impl<'a> Check<'a> {
    fn error(&mut self, span: Span, message: impl Into<String>) {
        self.checked.errors.push((range(span), message.into()));
    }

    fn ops(&mut self, ops: &'a [raw::Op<'a>]) {
        for op in ops {
            self.op(op);
        }
    }

    fn op(&mut self, op: &'a raw::Op<'a>) {
        let name = op.name.item;
        match self.context.op_name(name) {
            Some(_) => {
                self.checked.ops.insert(name.to_string());
            }
            None => self.error(op.name.span, format!("unknown operation `{name}`")),
        }
        for operand in &op.operands {
            if !self.values.contains(operand.item) {
                let message = format!("value `%{}` is not defined", operand.item);
                self.error(operand.span, message);
            }
        }
        if let Some((label, _)) = op.successors.first() {
            self.error(label.span, "an expansion has no blocks to go to");
        }
        for ty in op.operand_types.iter().chain(&op.result_types) {
            self.ty(&ty.item, ty.span);
        }
        for attr in &op.attributes {
            self.attribute(&attr.value);
        }
        for region in &op.regions {
            if region.blocks.len() > 1 {
                self.error(op.name.span, "a region in an expansion has one block");
            }
            for block in &region.blocks {
                for (name, ty) in &block.args {
                    self.ty(&ty.item, ty.span);
                    self.values.insert(name.item);
                }
                self.ops(&block.ops);
            }
        }
        for result in &op.results {
            if !self.values.insert(result.item) {
                self.error(result.span, format!("value `%{}` is defined twice", result.item));
            }
        }
    }

    fn attribute(&mut self, value: &raw::Located<raw::Value<'_>>) {
        match &value.item {
            raw::Value::Alias(name)
                if !self.def.attributes.iter().any(|slot| slot.name == *name) =>
            {
                let message = format!("`{}` has no attribute `{name}`", self.def.name);
                self.error(value.span, message);
            }
            raw::Value::Array(items) => items.iter().for_each(|item| self.attribute(item)),
            raw::Value::Type(ty) => self.ty(ty, value.span),
            raw::Value::Int(_, Some(ty)) | raw::Value::Float(_, Some(ty)) => {
                self.ty(&ty.item, ty.span);
            }
            _ => {}
        }
    }

    fn ty(&mut self, ty: &raw::Type<'_>, span: Span) {
        match ty {
            raw::Type::Dialect(name, args) if args.is_empty() && !name.contains('.') => {
                let values = self.def.operands.iter().chain(&*self.def.results);
                let one = |slot: &crate::dialect::Slot<_>| slot.arity == Arity::One;
                let mut names = values.filter(|slot| one(slot)).map(|slot| &slot.name);
                let mut attributes = self.def.attributes.iter().map(|slot| &slot.name);
                if !names.any(|n| n == name) && !attributes.any(|n| n == name) {
                    let message = format!("`{}` has no operand or result `{name}`", self.def.name);
                    self.error(span, message);
                }
            }
            raw::Type::Dialect(_, args) => {
                for arg in args {
                    if let raw::TypeArg::Type(ty) = arg {
                        self.ty(&ty.item, ty.span);
                    }
                }
            }
            raw::Type::Function(params, results) => {
                for ty in params.iter().chain(results) {
                    self.ty(&ty.item, ty.span);
                }
            }
            raw::Type::Name(_) => {}
        }
    }
}
